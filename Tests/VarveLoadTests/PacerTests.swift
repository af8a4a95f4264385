import Testing

@testable import VarveLoad

@Suite struct PacerTests {
    @Test func `an operation that is late keeps the moment it was due`() {
        var pacer = Pacer(rate: 1000, start: 5_000_000)
        #expect(pacer.take(at: 4_999_999) == nil)
        #expect(pacer.due == 5_000_000)
        for due: UInt64 in [5_000_000, 6_000_000, 7_000_000, 8_000_000, 9_000_000] {
            #expect(pacer.take(at: 9_000_000) == due)
        }
        #expect(pacer.take(at: 9_000_000) == nil)
    }

    @Test func `without a rate an operation begins as soon as it can`() {
        var pacer = Pacer(rate: nil, start: 5_000_000)
        #expect(pacer.due == nil)
        #expect(pacer.take(at: 7) == 7)
        #expect(pacer.take(at: 7) == 7)
    }

    @Test func `streams are chosen evenly and within bounds`() {
        var chooser = StreamChooser(count: 10)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[Int(chooser.next())] += 1 }
        #expect(counts.allSatisfy { (800...1200).contains($0) })
    }
}
