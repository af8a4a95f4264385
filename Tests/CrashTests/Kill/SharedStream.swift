import Foundation
import ServerProcess
import Synchronization

/// One stream that several clients append to at once while another reads it live: what each was
/// told, and what the reader saw, must be there after the crash, in the order in which it was told.
final class SharedStream: Sendable {
    private struct Knowledge {
        /// By the byte at which they end, which is what the acknowledgement says.
        var acknowledged: [Int: Record] = [:]
        var unanswered: [UInt64: Record] = [:]
        var seen: [UInt8] = []
        var recordsMade: UInt64 = 0
        var problems: [String] = []
    }

    private let knowledge = Mutex(Knowledge())
    private let path = "/v1/stream/shared"

    var problems: [String] { knowledge.withLock(\.problems) }

    /// Creates the stream; again is no error.
    func create(port: UInt16) throws {
        let answer = try RawConnection(port: port).request(
            "PUT", path, headers: [("Content-Type", "application/octet-stream")])
        if answer.status != 201, answer.status != 200 { report("PUT shared: \(answer.status)") }
    }

    /// Appends small records until the connection ends.
    func append(port: UInt16, progress: Progress, seed: UInt64) {
        guard let connection = try? RawConnection(port: port) else { return }
        var dice = Dice(seed: seed)
        while (try? appendOne(over: connection, dice: &dice, progress: progress)) != nil {}
    }

    private func appendOne(
        over connection: RawConnection, dice: inout Dice, progress: Progress
    ) throws {
        let count = Int.random(in: Record.countMin...400, using: &dice)
        let record = knowledge.withLock { knowledge in
            knowledge.recordsMade += 1
            let record = Record(identifier: 0xffff << 40 | knowledge.recordsMade, count: count)
            knowledge.unanswered[record.identifier] = record
            return record
        }
        let answer = try connection.request(
            "POST", path, headers: [("Content-Type", "application/octet-stream")],
            body: record.binary)
        guard answer.status == 204, let end = Self.byte(of: answer.headers["stream-next-offset"])
        else {
            report("POST shared: \(answer.status) \(answer.text)")
            throw RawConnection.Failure.malformed("\(answer.status)")
        }
        knowledge.withLock { knowledge in
            knowledge.unanswered[record.identifier] = nil
            if knowledge.acknowledged.updateValue(record, forKey: end) != nil {
                knowledge.problems.append("two appends were told the same next offset, byte \(end)")
            }
        }
        progress.acknowledge()
    }

    /// Reads along from where it left off, waiting for more, until the connection ends.
    func follow(port: UInt16) {
        guard let connection = try? RawConnection(port: port) else { return }
        var offset = "-1"
        var position = 0
        let known = knowledge.withLock(\.seen.count)
        while let page = try? connection.request(
            "GET", "\(path)?offset=\(offset)\(offset == "-1" ? "" : "&live=long-poll")")
        {
            guard page.status == 200 || page.status == 204,
                let next = page.headers["stream-next-offset"]
            else { return report("live read: \(page.status)") }
            let new = page.body.dropFirst(max(0, known - position))
            position += page.body.count
            offset = next
            knowledge.withLock { $0.seen += new }
        }
    }

    /// Compares the whole stream with everything that anybody was told or shown.
    func check(port: UInt16) {
        do {
            let seen = try Observation(of: "shared", over: RawConnection(port: port))
            knowledge.withLock { Self.check(seen, against: &$0) }
        } catch {
            report("the check of the shared stream ended early: \(error)")
        }
    }

    private static func check(_ observation: Observation, against knowledge: inout Knowledge) {
        let content = observation.content
        if !content.prefix(knowledge.seen.count).isSame(as: knowledge.seen) {
            knowledge.problems.append("a live reader saw bytes that are gone")
        }
        var position = 0
        var found: Set<UInt64> = []
        while position < content.count {
            guard let record = Record.head(of: content[position...]),
                position + record.count <= content.count,
                content[position..<position + record.count].isSame(as: record.binary)
            else {
                knowledge.problems.append("shared: no whole record at byte \(position)")
                return
            }
            position += record.count
            if !found.insert(record.identifier).inserted {
                knowledge.problems.append("shared: record \(record.identifier) is there twice")
            }
            if let known = knowledge.acknowledged[position] {
                if known != record {
                    knowledge.problems.append("shared: another record ends at byte \(position)")
                }
            } else if knowledge.unanswered[record.identifier] == record {
                knowledge.acknowledged[position] = record
            } else {
                knowledge.problems.append("shared: nobody appended what ends at byte \(position)")
            }
        }
        let lost = knowledge.acknowledged.values.filter { !found.contains($0.identifier) }
        if !lost.isEmpty {
            knowledge.problems.append("shared: \(lost.count) acknowledged are lost")
        }
        // What is not there now must never come: it is no longer among the known.
        knowledge.unanswered = [:]
    }

    private static func byte(of token: String?) -> Int? {
        token.flatMap { $0.split(separator: "_").last }.flatMap { Int($0, radix: 16) }
    }

    private func report(_ problem: String) {
        knowledge.withLock { $0.problems.append(problem) }
    }
}
