import Testing
import VarveLog

@testable import VarveStreams

@Suite("Stream state")
struct StreamStateTests {
    /// A dialogue with one state: requests in, decisions out, accepted ones applied.
    private final class Dialogue {
        var state: StreamState
        var tail = StreamPosition.start
        var isClosed: Bool

        init(closed: Bool = false) {
            isClosed = closed
            let none = UnsafeRawBufferPointer(start: nil, count: 0)
            state = StreamState(
                .init(
                    contentType: none, lifetime: .unlimited, lifetimeText: none, isClosed: closed),
                now: 1)
        }

        /// What the state says of a request; an accepted one is applied.
        func ask(
            body: String = "x", type: Bool = true, producer: (String, UInt64, UInt64)? = nil,
            sequence: String? = nil, closes: Bool = false, ifMatch: StreamPosition? = nil,
            fault: StreamError? = nil
        ) -> StreamState.Decision {
            withBytes(body) { body in
                withBytes(producer?.0 ?? "") { id in
                    withBytes(sequence ?? "") { value in
                        var command = AppendCommand()
                        command.content = .body(body)
                        command.closes = closes
                        command.ifMatch = ifMatch
                        if sequence != nil { command.sequence = value }
                        if let producer {
                            command.producer = ProducerTuple(
                                id: id, epoch: producer.1, sequence: producer.2)
                        }
                        return decide(command, type, fault)
                    }
                }
            }
        }

        private func decide(
            _ command: AppendCommand, _ type: Bool, _ fault: StreamError?
        ) -> StreamState.Decision {
            let decision = state.plan(
                command, isOfItsType: type, bodyFault: fault, tail: tail, isClosed: isClosed,
                producersMax: 3)
            if decision == .accept {
                state.apply(
                    .init(
                        producer: command.producer, sequence: command.sequence,
                        closes: command.closes), at: 2)
                isClosed = command.closes
                if !command.content.isEmpty {
                    tail.record += 1
                    tail.byte += 1
                }
            }
            state.checkInvariants()
            return decision
        }
    }

    @Test("a closed stream refuses before anything else is looked at")
    func closedFirst() {
        let dialogue = Dialogue(closed: true)
        #expect(
            dialogue.ask(
                type: false, producer: ("p", 0, 9), sequence: "a",
                ifMatch: StreamPosition(record: 9, byte: 9), fault: .emptyArray)
                == .refuse(.streamClosed))
    }

    @Test(
        "the content type comes before the producer, that before the tail, that before the sequence"
    )
    func order() {
        let dialogue = Dialogue()
        let wrong = StreamPosition(record: 9, byte: 9)
        #expect(dialogue.ask(sequence: "m") == .accept)
        #expect(
            dialogue.ask(type: false, producer: ("p", 0, 9), sequence: "a", ifMatch: wrong)
                == .refuse(.contentTypeMismatch))
        #expect(
            dialogue.ask(producer: ("p", 0, 9), sequence: "a", ifMatch: wrong)
                == .refuse(.producerGap(expected: 0, received: 9)))
        #expect(dialogue.ask(sequence: "a", ifMatch: wrong) == .refuse(.preconditionFailed))
        #expect(dialogue.ask(sequence: "a", fault: .emptyArray) == .refuse(.sequenceConflict))
        #expect(dialogue.ask(sequence: "n", fault: .emptyArray) == .refuse(.emptyArray))
        #expect(dialogue.ask(sequence: "n", ifMatch: dialogue.tail) == .accept)
    }

    @Test("Stream-Seq must grow, byte by byte; a prefix is smaller")
    func sequence() {
        let dialogue = Dialogue()
        #expect(dialogue.ask(sequence: "2") == .accept)
        #expect(dialogue.ask(sequence: "2") == .refuse(.sequenceConflict))
        #expect(dialogue.ask(sequence: "10") == .refuse(.sequenceConflict))
        #expect(dialogue.ask(sequence: "20") == .accept)
        #expect(dialogue.ask() == .accept)
        #expect(dialogue.ask(sequence: "2") == .refuse(.sequenceConflict))
        #expect(dialogue.ask(sequence: "a") == .accept)
    }

    @Test("a duplicate is recognised before its stale Stream-Seq")
    func duplicateBeforeSequence() {
        let dialogue = Dialogue()
        #expect(dialogue.ask(producer: ("p", 0, 0), sequence: "a") == .accept)
        #expect(dialogue.ask(producer: ("p", 0, 1), sequence: "b") == .accept)
        #expect(
            dialogue.ask(producer: ("p", 0, 0), sequence: "a")
                == .duplicate(.init(epoch: 0, sequence: 1)))
        #expect(dialogue.ask(producer: ("p", 0, 2), sequence: "a") == .refuse(.sequenceConflict))
    }

    @Test("a refused append does not advance its producer")
    func refusedProducer() {
        let dialogue = Dialogue()
        #expect(dialogue.ask(producer: ("p", 0, 0), fault: .emptyArray) == .refuse(.emptyArray))
        #expect(dialogue.ask(producer: ("p", 0, 0)) == .accept)
    }

    @Test("closing alone is idempotent; appending to a closed stream is not")
    func closing() {
        let dialogue = Dialogue()
        #expect(dialogue.ask(body: "", closes: true) == .accept)
        #expect(dialogue.isClosed)
        #expect(dialogue.ask(body: "", closes: true) == .closedAgain(nil))
        #expect(dialogue.ask(body: "x", closes: true) == .refuse(.streamClosed))
        #expect(dialogue.ask(body: "x") == .refuse(.streamClosed))
    }

    @Test("on a closed stream only the tuple that closed it succeeds")
    func closingTuple() {
        let dialogue = Dialogue()
        #expect(dialogue.ask(producer: ("p", 0, 0)) == .accept)
        #expect(dialogue.ask(producer: ("p", 0, 1), closes: true) == .accept)
        let known = StreamState.Decision.closedAgain(.init(epoch: 0, sequence: 1))
        #expect(dialogue.ask(producer: ("p", 0, 1), closes: true) == known)
        #expect(dialogue.ask(body: "other", producer: ("p", 0, 1), closes: true) == known)
        #expect(dialogue.ask(body: "", producer: ("p", 0, 1), closes: true) == known)
        #expect(dialogue.ask(producer: ("p", 0, 0), closes: true) == .refuse(.streamClosed))
        #expect(dialogue.ask(producer: ("p", 0, 0)) == .refuse(.streamClosed))
        #expect(dialogue.ask(producer: ("p", 0, 2), closes: true) == .refuse(.streamClosed))
        #expect(dialogue.ask(producer: ("p", 1, 0), closes: true) == .refuse(.streamClosed))
        #expect(dialogue.ask(producer: ("q", 0, 0), closes: true) == .refuse(.streamClosed))
        #expect(dialogue.ask(body: "", closes: true) == .closedAgain(nil))
    }

    @Test("a stream remembers no more producers than its bound")
    func producerBound() {
        let dialogue = Dialogue()
        for id in ["a", "b", "c"] { #expect(dialogue.ask(producer: (id, 0, 0)) == .accept) }
        #expect(dialogue.ask(producer: ("d", 0, 0)) == .refuse(.producerLimit(3)))
        #expect(dialogue.ask(producer: ("a", 0, 1)) == .accept)
    }
}
