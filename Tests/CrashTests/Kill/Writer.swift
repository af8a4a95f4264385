import Foundation
import ServerProcess

/// One client that mutates streams of its own and knows for each what it was promised.
///
/// A mutation counts as promised when its answer arrived; what was on the way when the server died
/// may be there whole or not at all. Used by one thread at a time: `work` in a load, `check` after
/// the restart.
final class Writer: @unchecked Sendable {
    // Sendable: rounds hand the object from thread to thread with a join between, never share it.
    private let number: Int
    private var dice: Dice
    private var recordsMade: UInt64 = 0
    private var streamsMade = 0
    private var streams: [StreamModel] = []
    private var deleted: [String] = []
    private var unanswered: (index: Int, operations: [StreamModel.Operation])?

    private(set) var problems: [String] = []

    init(number: Int, seed: UInt64) {
        self.number = number
        dice = Dice(seed: seed &+ UInt64(number) &* 7919)
    }

    /// Mutates until the connection ends.
    func work(port: UInt16, progress: Progress) {
        guard let connection = try? RawConnection(port: port) else { return }
        while problems.isEmpty, (try? step(over: connection, progress: progress)) != nil {}
    }

    /// Compares every stream with what was promised and settles what was on the way.
    func check(port: UInt16) {
        do {
            let connection = try RawConnection(port: port)
            for index in streams.indices { try check(index, over: connection) }
            for name in deleted where !streams.contains(where: { $0.name == name }) {
                let status = try connection.request("HEAD", "/v1/stream/\(name)").status
                if status != 404 { report("deleted \(name) is back: \(status)") }
            }
            streams.removeAll { !$0.exists }
        } catch {
            report("the check ended early: \(error)")
        }
    }

    // MARK: Load

    private func step(over connection: RawConnection, progress: Progress) throws {
        if streams.count < 4 || (streams.count < 12 && dice.oneIn(20)) {
            streams.append(StreamModel(name: nextName()))
            let json = dice.oneIn(3)
            let first = dice.oneIn(2) ? records(json: json) : []
            return try perform(
                [.create(json: json, first, closed: dice.oneIn(20))], on: streams.count - 1,
                over: connection, progress)
        }
        let index = Int.random(in: streams.indices, using: &dice)
        let stream = streams[index]
        if stream.isClosed || dice.oneIn(60) {
            return try perform([.delete], on: index, over: connection, progress)
        }
        if dice.oneIn(50) {
            let last = dice.oneIn(2) ? records(json: stream.isJSON) : []
            return try perform([.close(last)], on: index, over: connection, progress)
        }
        // Several at once are pipelined: what dies with the server is then a run of them.
        let count = dice.oneIn(4) ? Int.random(in: 2...12, using: &dice) : 1
        let isNumbered = dice.oneIn(2)
        let operations = (0..<count).map { step in
            StreamModel.Operation.append(
                records(json: stream.isJSON),
                sequence: isNumbered ? stream.nextSequence + step : nil)
        }
        try perform(operations, on: index, over: connection, progress)
    }

    private func perform(
        _ operations: [StreamModel.Operation], on index: Int, over connection: RawConnection,
        _ progress: Progress
    ) throws {
        unanswered = (index, operations)
        for operation in operations {
            try streams[index].request(operation).send(over: connection)
        }
        for operation in operations {
            let answer = try connection.receive()
            let request = streams[index].request(operation)
            let next = streams[index].after(operation)
            if answer.status != request.expectedStatus {
                report(
                    "\(request.line): \(answer.status) \(answer.text), "
                        + "not \(request.expectedStatus)"
                )
                return
            }
            if next.exists, answer.headers["stream-next-offset"] != next.tail {
                let found = answer.headers["stream-next-offset"] ?? "none"
                report("\(request.line): next offset \(found), not \(next.tail)")
            }
            streams[index] = next
            unanswered?.operations.removeFirst()
            progress.acknowledge()
        }
        unanswered = nil
        if !streams[index].exists { deleted.append(streams.remove(at: index).name) }
    }

    // MARK: Check

    private func check(_ index: Int, over connection: RawConnection) throws {
        let name = streams[index].name
        let seen = try Observation(of: name, over: connection)
        var candidates = [streams[index]]
        if let unanswered, unanswered.index == index {
            for operation in unanswered.operations {
                candidates.append(candidates[candidates.count - 1].after(operation))
            }
        }
        guard let settled = candidates.firstIndex(where: { $0.difference(from: seen) == nil })
        else {
            let first = candidates[0].difference(from: seen) ?? ""
            report("\(name): \(first); \(candidates.count - 1) mutations were unanswered")
            return
        }
        streams[index] = candidates[settled]
        if let unanswered, unanswered.index == index {
            self.unanswered = nil
            try repeatNumbered(
                unanswered.operations, applied: settled, on: index, over: connection)
        }
        try checkFromTheMiddle(streams[index], over: connection)
        if !streams[index].exists { deleted.append(name) }
    }

    /// Sends again, as a producer does after a lost answer, what was unanswered: what had been
    /// applied is a duplicate, the rest is new.
    private func repeatNumbered(
        _ operations: [StreamModel.Operation], applied: Int, on index: Int,
        over connection: RawConnection
    ) throws {
        for (place, operation) in operations.enumerated() {
            guard case .append(_, .some) = operation else { return }
            let request = streams[index].request(operation)
            try request.send(over: connection)
            let answer = try connection.receive()
            let expected = place < applied ? 204 : 200
            if answer.status != expected {
                report("\(request.line) again: \(answer.status), not \(expected)")
            }
            if place >= applied { streams[index] = streams[index].after(operation) }
        }
        let seen = try Observation(of: streams[index].name, over: connection)
        if let difference = streams[index].difference(from: seen) {
            report("\(streams[index].name) after repeating: \(difference)")
        }
    }

    /// An offset handed out before the crash still leads to the same bytes.
    private func checkFromTheMiddle(_ stream: StreamModel, over connection: RawConnection) throws {
        guard stream.exists, !stream.isJSON, stream.records.count > 1 else { return }
        let skipped = Int.random(in: 1..<stream.records.count, using: &dice)
        let start = stream.records[..<skipped].reduce(0) { $0 + $1.count }
        let content = try Observation.read(
            "/v1/stream/\(stream.name)", from: String(format: "%016llx_%016llx", skipped, start),
            json: false, to: stream.tail, over: connection)
        let expected = stream.records[skipped...].flatMap(\.binary)
        if !content.isSame(as: expected) {
            report("\(stream.name) read from record \(skipped) differs")
        }
    }

    // MARK: Choices

    private func report(_ problem: String) {
        problems.append("writer \(number): \(problem)")
    }

    /// A fresh name, or now and then that of a deleted stream.
    private func nextName() -> String {
        if let reused = deleted.last, dice.oneIn(4) {
            deleted.removeLast()
            return reused
        }
        streamsMade += 1
        return "writer-\(number)/stream-\(streamsMade)"
    }

    private func records(json: Bool) -> [Record] {
        let count = json && dice.oneIn(3) ? Int.random(in: 2...9, using: &dice) : 1
        return (0..<count).map { _ in
            recordsMade += 1
            return Record(identifier: UInt64(number) << 40 | recordsMade, count: size())
        }
    }

    /// Mostly small, sometimes pages long, rarely larger than one part of a journal frame.
    private func size() -> Int {
        if dice.oneIn(300) { return Int.random(in: 250_000...1_200_000, using: &dice) }
        if dice.oneIn(12) { return Int.random(in: 4_000...40_000, using: &dice) }
        return Int.random(in: Record.countMin...600, using: &dice)
    }
}
