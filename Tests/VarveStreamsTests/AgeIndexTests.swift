import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Times of appends")
struct AgeIndexTests {
    private func place(_ record: UInt64) -> StreamPosition {
        StreamPosition(record: record, byte: record * 10)
    }

    @Test("nothing goes too early, and nothing stays longer than a stretch too long")
    func bounds() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let random = SeededRandom(seed: seed)
            let seconds = UInt64(random.next(below: 200))
            let slack = max(1000, seconds * 1000 / 64)
            var index = AgeIndex()
            var times: [UInt64] = []
            var now: UInt64 = 1_000_000
            var begin: UInt64 = 0
            for _ in 0..<400 {
                now += UInt64(random.next(below: random.next(below: 5) == 0 ? 9000 : 300))
                index.append(at: now, from: place(UInt64(times.count)), keeping: seconds)
                times.append(now)
                index.checkInvariants()
                now += UInt64(random.next(below: 100))
                let tail = place(UInt64(times.count))
                let first = index.firstKept(at: now, keeping: seconds, tail: tail)
                // Every record before it is old enough.
                if let first, first.record > begin {
                    for record in Int(begin)..<Int(first.record) {
                        #expect(times[record] + seconds * 1000 <= now)
                    }
                    begin = first.record
                    index.trim(to: first, tail: tail)
                }
                // None that is left is older by more than a stretch.
                if begin < times.count {
                    #expect(times[Int(begin)] + seconds * 1000 + slack > now)
                    #expect(index.nextDue(keeping: seconds).map { $0 > now } ?? false)
                } else {
                    #expect(index.nextDue(keeping: seconds) == nil)
                }
            }
        }
    }

    @Test("what is due is due at that moment and not before")
    func due() throws {
        var index = AgeIndex()
        index.append(at: 5000, from: .start, keeping: 60)
        #expect(index.nextDue(keeping: 60) == 65_000)
        #expect(index.firstKept(at: 64_999, keeping: 60, tail: place(1)) == nil)
        #expect(index.firstKept(at: 65_000, keeping: 60, tail: place(1)) == place(1))
        index.append(at: 9000, from: place(1), keeping: 60)
        #expect(index.firstKept(at: 65_000, keeping: 60, tail: place(2)) == place(1))
        index.trim(to: place(1), tail: place(2))
        #expect(index.nextDue(keeping: 60) == 69_000)
    }

    @Test("the newest stretches are kept when there are more than there is room for")
    func ring() throws {
        var index = AgeIndex()
        for second in 0..<200 as Range<UInt64> {
            index.append(at: second * 1000, from: place(second), keeping: 10)
        }
        #expect(index.stretches.count == AgeIndex.countMax)
        #expect(index.stretches.last?.end == place(199))
        let again = try AgeIndex(
            index.stretches.shuffled(), open: index.open, nextSlot: index.nextSlot,
            visibleStart: .start)
        #expect(again.stretches == index.stretches)
        #expect(again.saved(.changes).isEmpty)
        #expect(again.saved(.everything) == index.saved(.everything))
    }

    @Test("entries read back, those behind a trim are left out, and others are refused")
    func restoring() throws {
        var index = AgeIndex()
        for second in 0..<10 as Range<UInt64> {
            index.append(at: second * 1000, from: place(second), keeping: 10)
        }
        let stretches = try index.saved(.everything).map { entry throws in
            try AgeEntry.decode(entry)
        }
        let later = try AgeIndex(
            stretches, open: index.open, nextSlot: index.nextSlot, visibleStart: place(4))
        #expect(later.stretches.first?.end == place(5))
        #expect(throws: StreamImageCoding.Malformed.self) {
            try AgeIndex(
                stretches, open: nil, nextSlot: index.nextSlot, visibleStart: .start)
        }
        #expect(throws: StreamImageCoding.Malformed.self) {
            try AgeIndex(stretches, open: index.open, nextSlot: 3, visibleStart: .start)
        }
        #expect(throws: StreamImageCoding.Malformed.self) {
            try AgeIndex([], open: .init(first: 2, last: 1), nextSlot: 0, visibleStart: .start)
        }
        for bad in [
            StateEntry(key: [2], value: [1, 1, 1]), StateEntry(key: [2, 64], value: [1, 1, 1]),
            StateEntry(key: [3, 1], value: [1, 1, 1]), StateEntry(key: [2, 1], value: [1, 1]),
            StateEntry(key: [2, 1], value: [1, 1, 1, 1]),
        ] {
            #expect(throws: StreamImageCoding.Malformed.self) { try AgeEntry.decode(bad) }
        }
    }
}
