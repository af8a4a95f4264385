import Testing

@testable import VarveLoad

/// What of the arrivals at a subscriber counts as disorder.
@Suite struct ArrivalOrderTests {
    /// How many of the arrivals, each a writer and a count, are out of order.
    private func disordered(_ arrivals: [(Int, UInt64)], writers: Int = 2) -> Int {
        var order = ArrivalOrder(writers: writers)
        return arrivals.count { !order.note(RecordNumber(writer: $0.0, count: $0.1)) }
    }

    @Test func `the records of two writers may overtake each other`() {
        #expect(disordered([(0, 1), (1, 3), (0, 2), (0, 4), (1, 5)]) == 0)
    }

    @Test func `a record that comes twice is out of order`() {
        #expect(disordered([(0, 1), (0, 2), (0, 2), (1, 3), (1, 3)]) == 2)
    }

    @Test func `a record behind a later one of the same writer is out of order`() {
        #expect(disordered([(0, 1), (0, 3), (0, 2), (1, 4)]) == 1)
    }

    @Test func `a record of a writer that does not exist is out of order`() {
        #expect(disordered([(2, 1)]) == 1)
    }

    @Test func `a number keeps its writer and its count`() {
        let number = RecordNumber(writer: 3, count: 70_000)
        #expect(number.writer == 3)
        #expect(RecordNumber(rawValue: number.rawValue) == number)
        #expect(number != RecordNumber(writer: 3, count: 70_001))
    }
}
