import Testing
import VarveLog

@testable import VarveStreams

@Suite("Appending")
struct AppendTests {
    @Test("bytes are appended as one record each, at growing offsets and LSNs")
    func bytes() throws {
        let fixture = try EngineFixture()
        let created = try fixture.create("a")
        let first = try fixture.append("a", "hello")
        let second = try fixture.append("a", " world")
        #expect(first.kind == .appended)
        #expect(first.tail == StreamPosition(record: 1, byte: 5))
        #expect(second.tail == StreamPosition(record: 2, byte: 11))
        #expect(created.visibleAt < first.visibleAt && first.visibleAt < second.visibleAt)
        #expect(try fixture.contents("a") == "hello world")
    }

    @Test("JSON is flattened one level; each message is stored with a comma that the offset counts")
    func json() throws {
        let fixture = try EngineFixture()
        try fixture.create("a", type: "application/json")
        let json = "application/json; charset=utf-8"
        #expect(
            try fixture.append("a", " [1, [2,3]] ", type: json).tail
                == StreamPosition(record: 2, byte: 8))
        #expect(
            try fixture.append("a", "{}", type: json).tail == StreamPosition(record: 3, byte: 11))
        #expect(try fixture.contents("a") == "1,[2,3],{},")
    }

    @Test("requests that cannot be are refused whatever the stream's state")
    func requestFaults() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        try fixture.create("j", type: "application/json")
        let json = "application/json"
        let cases: [(() throws -> Void, StreamError)] = [
            ({ try fixture.append("a", "") }, .emptyBody),
            ({ try fixture.append("a", "x", type: nil) }, .missingContentType),
            ({ try fixture.append("a", "x", sequence: "") }, .invalidSequence),
            (
                { try fixture.append("a", "x", sequence: String(repeating: "s", count: 257)) },
                .invalidSequence
            ),
            ({ try fixture.append("a", "x", producer: ("", 0, 0)) }, .invalidProducer),
            ({ try fixture.append("a", "x", producer: ("p", 1 << 53, 0)) }, .invalidProducer),
            ({ try fixture.append("a", "x", producer: ("p", 0, 1 << 53)) }, .invalidProducer),
            (
                {
                    try fixture.append(
                        "a", "x", producer: (String(repeating: "p", count: 257), 0, 0))
                }, .invalidProducer
            ),
            ({ try fixture.append("a", "x", type: "text/plain") }, .contentTypeMismatch),
            ({ try fixture.append("j", "[]", type: json) }, .emptyArray),
            ({ try fixture.append("j", "[]", type: json, closes: true) }, .emptyArray),
        ]
        for (attempt, error) in cases { #expect(fixture.refusal(attempt)?.error == error) }
        guard
            case .invalidJSON = fixture.refusal({ try fixture.append("j", "{", type: json) })?.error
        else {
            Issue.record("a broken text was accepted")
            return
        }
        #expect(try fixture.contents("a") == "")
        #expect(try fixture.contents("j") == "")
    }

    @Test("closing is atomic with the append, idempotent alone, and final")
    func closing() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        let outcome = try fixture.append("a", "x", closes: true)
        #expect(outcome.kind == .appendedClosed)
        #expect(outcome.isClosed)
        let again = try fixture.append("a", type: "text/any", closes: true)
        #expect(again.kind == .closedAgain)
        #expect(again.tail == outcome.tail)
        #expect(again.visibleAt >= outcome.visibleAt)
        let refusal = fixture.refusal { try fixture.append("a", "y", type: "text/wrong") }
        #expect(refusal?.error == .streamClosed)
        #expect(refusal?.nextOffset == outcome.tail)
        #expect(refusal.map { $0.visibleAt >= outcome.visibleAt } ?? false)
        try fixture.create("b")
        #expect(try fixture.append("b", type: nil, closes: true).kind == .closed)
    }

    @Test("an idempotent producer's appends are accepted once; answers wait for the original")
    func producer() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        let first = try fixture.append("a", "x", producer: ("p", 3, 0))
        #expect(first.kind == .appended)
        #expect(first.producerEpoch == 3)
        #expect(first.producerSequence == 0)
        let second = try fixture.append("a", "y", producer: ("p", 3, 1))
        let duplicate = try fixture.append("a", "x", producer: ("p", 3, 0))
        #expect(duplicate.kind == .duplicate)
        #expect(duplicate.producerSequence == 1)
        #expect(duplicate.visibleAt >= second.visibleAt)
        #expect(duplicate.tail == second.tail)
        let gap = fixture.refusal { try fixture.append("a", "z", producer: ("p", 3, 3)) }
        #expect(gap?.error == .producerGap(expected: 2, received: 3))
        #expect(gap.map { $0.visibleAt >= second.visibleAt } ?? false)
        #expect(try fixture.contents("a") == "xy")
    }

    @Test("If-Match appends only at the tail it names")
    func ifMatch() throws {
        let fixture = try EngineFixture()
        try fixture.create("a")
        let first = try fixture.append("a", "x", ifMatch: .start)
        let refusal = fixture.refusal { try fixture.append("a", "y", ifMatch: .start) }
        #expect(refusal?.error == .preconditionFailed)
        #expect(refusal?.nextOffset == first.tail)
        #expect(try fixture.append("a", "z", ifMatch: first.tail).kind == .appended)
    }

    @Test("a stream's quota counts its stored bytes, and a refusal changes nothing")
    func streamQuota() throws {
        var options = StreamOptions()
        options.maxStreamBytes = 10
        let fixture = try EngineFixture(options)
        try fixture.create("a")
        try fixture.append("a", "12345")
        #expect(
            fixture.refusal { try fixture.append("a", "123456", producer: ("p", 0, 0)) }?.error
                == .streamQuota(limit: 10))
        try fixture.append("a", "12345", producer: ("p", 0, 0))
        #expect(try fixture.append("a", "12345", producer: ("p", 0, 0)).kind == .duplicate)
        #expect(try fixture.append("a", closes: true).kind == .closed)
        #expect(
            fixture.refusal { try fixture.create("b", body: "12345678901") }?.error
                == .streamQuota(limit: 10))
        #expect(fixture.refusal { _ = try fixture.find("b") }?.error == .notFound)
    }

    @Test("the total quota is given back by deletions and holds across a restart")
    func totalQuota() throws {
        var options = StreamOptions()
        options.maxTotalBytes = 10
        let fixture = try EngineFixture(options)
        try fixture.create("a", body: "12345")
        try fixture.create("b", body: "1234")
        #expect(fixture.engine.totalBytes == 9)
        #expect(fixture.refusal { try fixture.append("a", "12") }?.error == .totalQuota(limit: 10))
        try fixture.append("a", "1")
        try fixture.reopen()
        #expect(fixture.engine.totalBytes == 10)
        #expect(fixture.refusal { try fixture.append("a", "1") }?.error == .totalQuota(limit: 10))
        try fixture.delete("b")
        #expect(fixture.engine.totalBytes == 6)
        try fixture.append("a", "1234")
    }

    @Test("producers beyond the bound are refused with a stable error")
    func producerLimit() throws {
        var options = StreamOptions()
        options.maxProducersPerStream = 2
        let fixture = try EngineFixture(options)
        try fixture.create("a")
        try fixture.append("a", "x", producer: ("p", 0, 0))
        try fixture.append("a", "x", producer: ("q", 0, 0))
        let refusal = fixture.refusal { try fixture.append("a", "x", producer: ("r", 0, 0)) }
        #expect(refusal?.error == .producerLimit(2))
        #expect(refusal?.error.code == "producer-limit")
    }

    @Test("more messages than the limit are refused before anything is done")
    func messageLimit() throws {
        var options = StreamOptions()
        options.maxMessagesPerAppend = 3
        let fixture = try EngineFixture(options)
        try fixture.create("a", type: "application/json")
        let json = "application/json"
        #expect(
            fixture.refusal { try fixture.append("a", "[1,2,3,4]", type: json) }?.error
                == .tooManyMessages(limit: 3))
        #expect(try fixture.append("a", "[1,2,3]", type: json).tail.record == 3)
    }

    @Test("appends of several threads all land, whole, each producer's in order")
    func threads() async throws {
        let fixture = try EngineFixture()
        try fixture.create("a", type: "application/json")
        let engine = fixture.engine
        let stream = try fixture.find("a")
        let accepted = await withTaskGroup(of: Int.self) { group in
            for producer in 0..<4 {
                group.addTask {
                    var accepted = 0
                    for sequence in 0..<200 as Range<UInt64> {
                        // Each one is sent twice.
                        for _ in 0..<2 {
                            let outcome = withBytes("[\(producer),\(sequence)]") { body in
                                withBytes("application/json") { type in
                                    withBytes("p\(producer)") { id in
                                        var command = AppendCommand()
                                        command.content = .body(body)
                                        command.contentType = type
                                        command.producer = ProducerTuple(
                                            id: id, epoch: 0, sequence: sequence)
                                        return try? engine.append(command, to: stream)
                                    }
                                }
                            }
                            if outcome?.kind == .appended { accepted += 1 }
                        }
                    }
                    return accepted
                }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 800)
        let numbers = try fixture.contents("a").split(separator: ",").compactMap { Int($0) }
        #expect(numbers.count == 1600)
        for producer in 0..<4 {
            let pairs = stride(from: 0, to: numbers.count, by: 2)
            let sequences = pairs.filter { numbers[$0] == producer }.map { numbers[$0 + 1] }
            #expect(sequences == Array(0..<200))
        }
    }
}
