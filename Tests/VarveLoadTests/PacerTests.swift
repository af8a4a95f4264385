import Testing

@testable import VarveLoad

@Suite struct PacerTests {
    @Test func `an operation that is late keeps the moment it was due`() {
        var pacer = Pacer(rate: 1000, start: 5_000_000)
        #expect(!pacer.isDue(4_999_999))
        #expect(pacer.isDue(9_000_000))
        #expect((0..<4).map { _ in pacer.take() } == [5_000_000, 6_000_000, 7_000_000, 8_000_000])
        #expect(pacer.isDue(9_000_000))
        _ = pacer.take()
        #expect(!pacer.isDue(9_000_000))
    }

    @Test func `streams are chosen evenly and within bounds`() {
        var chooser = StreamChooser(count: 10)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { counts[Int(chooser.next())] += 1 }
        #expect(counts.allSatisfy { (800...1200).contains($0) })
    }
}
