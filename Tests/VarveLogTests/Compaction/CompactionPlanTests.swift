import Testing

@testable import VarveLog

@Suite struct CompactionPlanTests {
    private let plan = CompactionPlan(bytesMax: 8 << 30)

    private func segments(_ bytes: [UInt64], dead: [Int: UInt64] = [:]) -> [SegmentTable.Entry] {
        bytes.enumerated().map { index, bytes in
            SegmentTable.Entry(
                number: UInt32(index + 1), first: UInt64(index * 10 + 1),
                last: UInt64(index * 10 + 10), bytes: bytes, deadBytes: dead[index] ?? 0)
        }
    }

    @Test func eightNeighboursOfOneSizeBecomeOneAndSevenDoNot() {
        #expect(plan.next(segments(Array(repeating: 24 << 20, count: 7))) == nil)
        #expect(plan.next(segments(Array(repeating: 24 << 20, count: 8))) == 0..<8)
        #expect(plan.next(segments([1 << 30] + Array(repeating: 24 << 20, count: 8))) == 1..<9)
    }

    @Test func aLargeSegmentIsNotWrittenAgainForALittleThatCameToIt() {
        #expect(plan.next(segments([1 << 30] + Array(repeating: 2 << 20, count: 7))) == nil)
    }

    @Test func whatATinyShutdownLeftJoinsItsSuccessor() {
        #expect(plan.next(segments([24 << 20, 9000, 24 << 20])) == 1..<3)
        #expect(plan.next(segments([24 << 20, 24 << 20, 9000])) == nil)
        #expect(plan.next(segments([9000, 9000])) == nil)
    }

    @Test func aSegmentOfWhichHalfIsDeadIsWrittenAgain() {
        #expect(plan.next(segments([24 << 20, 24 << 20], dead: [1: 11 << 20])) == nil)
        #expect(plan.next(segments([24 << 20, 24 << 20], dead: [1: 12 << 20])) == 1..<2)
    }

    @Test func noMergeIsLargerThanTheLimit() {
        let large = segments(Array(repeating: 2 << 30, count: 20))
        #expect(plan.next(large) == nil)
        #expect(plan.all(large) == [0..<4, 4..<8, 8..<12, 12..<16, 16..<20])
        #expect(plan.all(segments([5, 5, 5])) == [0..<3])
        #expect(plan.all(segments([5])).isEmpty)
        #expect(plan.all(segments([5], dead: [0: 1])) == [0..<1])
    }

    @Test func aByteIsWrittenAFewTimesHoweverLongTheLogGrows() {
        var entries: [SegmentTable.Entry] = []
        var written: UInt64 = 0
        let settled: UInt64 = 24 << 20
        for number in 1...5000 {
            entries.append(
                SegmentTable.Entry(
                    number: UInt32(number), first: UInt64(number), last: UInt64(number),
                    bytes: settled))
            while let range = plan.next(entries) {
                let bytes = entries[range].reduce(0) { $0 + $1.bytes }
                written += bytes
                entries.replaceSubrange(
                    range,
                    with: [
                        SegmentTable.Entry(
                            number: entries[range.lowerBound].number,
                            first: entries[range.lowerBound].first,
                            last: entries[range.upperBound - 1].last, bytes: bytes)
                    ])
            }
        }
        // 117 GiB went in.
        #expect(written <= 3 * 5000 * settled + (1 << 30))
        #expect(entries.count < 120)
    }
}
