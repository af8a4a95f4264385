import Testing

@testable import VarveStreams

@Suite("Producers")
struct ProducerTableTests {
    private func judge(
        _ table: ProducerTable, _ id: String, _ epoch: UInt64, _ sequence: UInt64, max: Int = 100
    ) -> ProducerTable.Verdict {
        withBytes(id) {
            table.judge(ProducerTuple(id: $0, epoch: epoch, sequence: sequence), countMax: max)
        }
    }

    private func accept(
        _ table: ProducerTable, _ id: String, _ epoch: UInt64, _ sequence: UInt64,
        closes: Bool = false
    ) {
        withBytes(id) {
            table.accept(
                ProducerTuple(id: $0, epoch: epoch, sequence: sequence), closes: closes)
        }
        table.checkInvariants()
    }

    @Test("a producer begins at 0 in any epoch")
    func firstContact() {
        let table = ProducerTable()
        #expect(judge(table, "p", 0, 0) == .next)
        #expect(judge(table, "p", 7, 0) == .next)
        #expect(judge(table, "p", 0, 3) == .refused(.producerGap(expected: 0, received: 3)))
    }

    @Test("a producer goes on by one; what is older is a duplicate that names the highest")
    func sequence() {
        let table = ProducerTable()
        accept(table, "p", 1, 0)
        accept(table, "p", 1, 1)
        accept(table, "p", 1, 2)
        #expect(judge(table, "p", 1, 3) == .next)
        for old in 0...2 as ClosedRange<UInt64> {
            #expect(judge(table, "p", 1, old) == .duplicate(.init(epoch: 1, sequence: 2)))
        }
        #expect(judge(table, "p", 1, 5) == .refused(.producerGap(expected: 3, received: 5)))
    }

    @Test("an older epoch is fenced, a newer one begins at 0")
    func epochs() {
        let table = ProducerTable()
        accept(table, "p", 5, 0)
        accept(table, "p", 5, 1)
        #expect(judge(table, "p", 4, 2) == .refused(.producerFenced(currentEpoch: 5)))
        #expect(judge(table, "p", 6, 1) == .refused(.producerEpochNotAtZero))
        #expect(judge(table, "p", 6, 0) == .next)
        accept(table, "p", 6, 0)
        #expect(judge(table, "p", 5, 2) == .refused(.producerFenced(currentEpoch: 6)))
        #expect(judge(table, "p", 6, 0) == .duplicate(.init(epoch: 6, sequence: 0)))
    }

    @Test("producers beyond the bound are refused, those known go on")
    func bound() {
        let table = ProducerTable()
        for number in 0..<10 { accept(table, "p\(number)", 0, 0) }
        #expect(judge(table, "new", 0, 0, max: 10) == .refused(.producerLimit(10)))
        #expect(judge(table, "p3", 0, 1, max: 10) == .next)
    }

    @Test("ten thousand producers are told apart")
    func many() {
        let table = ProducerTable()
        for number in 0..<10_000 as Range<UInt64> {
            withBytes("producer-\(number)") {
                table.accept(
                    ProducerTuple(id: $0, epoch: number, sequence: number), closes: false)
            }
        }
        table.checkInvariants()
        #expect(table.count == 10_000)
        for number in 0..<10_000 as Range<UInt64> {
            let known = withBytes("producer-\(number)") { table.known($0) }
            #expect(known == .init(epoch: number, sequence: number))
        }
        #expect(withBytes("producer-10000") { table.known($0) } == nil)
    }

    @Test("only the tuple that closed the stream is recognised as such")
    func closing() {
        let table = ProducerTable()
        accept(table, "p", 1, 0)
        accept(table, "q", 1, 0)
        accept(table, "p", 1, 1, closes: true)
        func closed(_ id: String, _ epoch: UInt64, _ sequence: UInt64) -> Bool {
            withBytes(id) {
                table.closedBy(ProducerTuple(id: $0, epoch: epoch, sequence: sequence)) != nil
            }
        }
        #expect(closed("p", 1, 1))
        #expect(!closed("p", 1, 0))
        #expect(!closed("p", 2, 1))
        #expect(!closed("q", 1, 1))
    }
}
