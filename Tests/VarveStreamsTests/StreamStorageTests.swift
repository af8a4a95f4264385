import Foundation
import Synchronization
import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

/// A storage of either kind, and how much it holds.
protocol MeasuredStorage: StreamStorage {
    var totalBytes: UInt64 { get }
}

extension EngineStorage: MeasuredStorage {}

/// One of the storages that must all behave alike.
enum StorageKind: CaseIterable {
    case memory
    case file
    case fileWithoutSync

    /// Calls `body` with a new storage of this kind, and closes it.
    func with(
        total: UInt64? = nil, stream: UInt64? = nil, _ body: (any MeasuredStorage) throws -> Void
    ) throws {
        if self == .memory {
            let storage = try MemoryStreamStorage(maxTotalBytes: total, maxStreamBytes: stream)
            defer { storage.close() }
            return try body(storage)
        }
        try TemporaryDirectory.with { directory in
            var options = LogOptions()
            options.durability = self == .file ? .sync : .os
            options.fileBytes = 1 << 20
            let storage = try FileStreamStorage(directory, options, total, stream)
            defer { storage.close() }
            try body(storage)
        }
    }
}

/// A directory that is gone afterwards.
enum TemporaryDirectory {
    static func with<R>(_ body: (String) throws -> R) throws -> R {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("varve-streams-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }
}

@Suite("StreamStorage", .timeLimit(.minutes(30)))
struct StreamStorageTests {
    private let text = StreamConfiguration(contentType: "text/plain")
    private let json = StreamConfiguration(contentType: "application/json")

    private func bytes(_ messages: String...) -> [[UInt8]] { messages.map { Array($0.utf8) } }

    private func error(_ body: () throws -> Void) -> StreamStorageError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StreamStorageError
        }
    }

    @Test("create, append, read", arguments: StorageKind.allCases)
    func basics(_ kind: StorageKind) throws {
        try kind.with { storage in
            #expect(try storage.createStream("a", text) == .created)
            #expect(try storage.createStream("a", text) == .alreadyExists)
            #expect(error { _ = try storage.createStream("a", json) } == .configMismatch)
            let first = try storage.append("a", Array("one".utf8), contentType: "text/plain")
            #expect(first.nextOffset == StreamPosition(record: 1, byte: 3))
            try storage.batchAppend("a", bytes("two", "", "three"), contentType: "text/plain")
            let all = try storage.read("a")
            #expect(all.messages == bytes("one", "two", "", "three"))
            #expect(all.nextOffset == StreamPosition(record: 4, byte: 11))
            #expect(all.isAtTail)
            #expect(!all.isClosed)
            let rest = try storage.read("a", from: .position(first.nextOffset), maxBytes: 1)
            #expect(rest.messages == bytes("two"))
            #expect(!rest.isAtTail)
            #expect(try storage.read("a", from: .now).messages == [])
            #expect(storage.totalBytes == 11)
            #expect(storage.exists("a"))
            #expect(!storage.exists("b"))
        }
    }

    @Test(
        "JSON messages are kept apart and as they are, arrays too", arguments: StorageKind.allCases)
    func jsonMessages(_ kind: StorageKind) throws {
        try kind.with { storage in
            _ = try storage.createStream("a", json)
            let type = "application/json"
            try storage.batchAppend("a", bytes("1", " [2, 3] ", "{}"), contentType: type)
            #expect(try storage.read("a").messages == bytes("1", "[2, 3]", "{}"))
            let broken = error {
                try storage.batchAppend("a", bytes("1", "{"), contentType: type)
            }
            guard case .storage(code: "invalid-json", _) = broken else {
                Issue.record("a broken message was accepted: \(String(describing: broken))")
                return
            }
            #expect(try storage.read("a").messages.count == 3)
        }
    }

    @Test("first messages and closure come with the stream", arguments: StorageKind.allCases)
    func createWithData(_ kind: StorageKind) throws {
        try kind.with { storage in
            let created = try storage.createStreamWithData(
                "a", text, messages: bytes("x", "y"), shouldClose: true)
            #expect(created.status == .created)
            #expect(created.isClosed)
            #expect(created.nextOffset == StreamPosition(record: 2, byte: 2))
            let page = try storage.read("a")
            #expect(page.messages == bytes("x", "y"))
            #expect(page.isClosed)
            let again = try storage.createStreamWithData(
                "a", text, messages: bytes("z"), shouldClose: true)
            #expect(again.status == .alreadyExists)
            #expect(again.nextOffset == created.nextOffset)
        }
    }

    @Test("every refusal has its error", arguments: StorageKind.allCases)
    func errors(_ kind: StorageKind) throws {
        try kind.with(total: 12, stream: 10) { storage in
            let type = "text/plain"
            #expect(error { _ = try storage.read("a") } == .notFound)
            #expect(error { try storage.delete("a") } == .notFound)
            #expect(error { _ = try storage.head("a") } == .notFound)
            #expect(error { try storage.closeStream("a") } == .notFound)
            #expect(error { try storage.append("a", [1], contentType: type) } == .notFound)
            #expect(storage.subscribe("a") {} == nil)
            _ = try storage.createStream("a", text)
            _ = try storage.createStream("b", text)
            #expect(
                error { try storage.append("a", [1], contentType: "text/html") }
                    == .contentTypeMismatch)
            try storage.batchAppend("a", bytes("1"), contentType: type, sequence: "b")
            #expect(
                error { try storage.batchAppend("a", bytes("1"), contentType: type, sequence: "a") }
                    == .sequenceOrderingViolation)
            #expect(
                error { try storage.append("a", Array(repeating: 1, count: 10), contentType: type) }
                    == .streamLimitExceeded)
            try storage.append("a", Array(repeating: 1, count: 9), contentType: type)
            #expect(
                error { try storage.append("b", [1, 2, 3], contentType: type) }
                    == .memoryLimitExceeded)
            let beyond = ReadStart.position(StreamPosition(record: 9, byte: 90))
            #expect(error { _ = try storage.read("a", from: beyond) } == .invalidOffset)
            let inside = ReadStart.position(StreamPosition(record: 1, byte: 2))
            #expect(error { _ = try storage.read("a", from: inside) } == .invalidOffset)
            guard
                case .storage(code: "empty-body", _) = error({
                    try storage.batchAppend("a", [], contentType: type)
                })
            else {
                Issue.record("an empty batch was accepted")
                return
            }
            try storage.closeStream("b")
            try storage.closeStream("b")
            #expect(error { try storage.append("b", [1], contentType: type) } == .streamClosed)
        }
    }

    @Test(
        "producers are accepted once, fenced and held to their order",
        arguments: StorageKind.allCases)
    func producers(_ kind: StorageKind) throws {
        try kind.with { storage in
            _ = try storage.createStream("a", text)
            func send(
                _ epoch: UInt64, _ sequence: UInt64, close: Bool = false
            ) throws -> ProducerReceipt {
                try storage.appendWithProducer(
                    "a", bytes("m"), contentType: "text/plain",
                    producer: Producer(id: "p", epoch: epoch, sequence: sequence),
                    shouldClose: close, sequence: nil)
            }
            #expect(try send(1, 0).status == .accepted)
            #expect(try send(1, 1).status == .accepted)
            let duplicate = try send(1, 0)
            #expect(duplicate.status == .duplicate)
            #expect(duplicate.sequence == 1)
            #expect(error { _ = try send(0, 5) } == .epochFenced(current: 1))
            #expect(error { _ = try send(1, 5) } == .sequenceGap(expected: 2, received: 5))
            #expect(error { _ = try send(2, 5) } == .invalidProducerState)
            #expect(try send(2, 0, close: true).isClosed)
            let again = try send(2, 0, close: true)
            #expect(again.status == .duplicate)
            #expect(again.isClosed)
            #expect(error { _ = try send(2, 1) } == .streamClosed)
            #expect(try storage.read("a").messages.count == 3)
        }
    }

    @Test("a deleted name begins anew", arguments: StorageKind.allCases)
    func deletion(_ kind: StorageKind) throws {
        try kind.with { storage in
            _ = try storage.createStreamWithData(
                "a", text, messages: bytes("x"), shouldClose: false)
            try storage.delete("a")
            #expect(!storage.exists("a"))
            #expect(storage.totalBytes == 0)
            _ = try storage.createStream("a", json)
            #expect(try storage.read("a").messages == [])
        }
    }

    @Test("what is listed comes by name, page by page", arguments: StorageKind.allCases)
    func listing(_ kind: StorageKind) throws {
        try kind.with { storage in
            for name in ["c", "a/1", "a/2", "b"] { _ = try storage.createStream(name, text) }
            try storage.append("a/2", [1, 2], contentType: "text/plain")
            let all = try storage.listStreams(prefix: "", after: nil, limit: 100)
            #expect(all.map(\.name) == ["a/1", "a/2", "b", "c"])
            #expect(all[1].metadata.totalBytes == 2)
            #expect(all[1].metadata.messageCount == 1)
            let page = try storage.listStreams(prefix: "a/", after: "a/1", limit: 1)
            #expect(page.map(\.name) == ["a/2"])
        }
    }

    @Test(
        "streams whose time is over are not there and are cleaned up",
        arguments: StorageKind.allCases)
    func expiry(_ kind: StorageKind) throws {
        try kind.with { storage in
            let brief = StreamConfiguration(lifetime: .timeToLive(seconds: 0))
            _ = try storage.createStream("a", brief)
            _ = try storage.createStream("b", brief)
            _ = try storage.createStream("c", text)
            #expect(!storage.exists("a"))
            #expect(storage.subscribe("a") {} == nil)
            #expect(try storage.listStreams(prefix: "", after: nil, limit: 9).map(\.name) == ["c"])
            #expect(storage.cleanupExpiredStreams() == 2)
            #expect(storage.cleanupExpiredStreams() == 0)
            #expect(try storage.head("c").lifetime == .unlimited)
        }
    }

    @Test(
        "a subscriber hears of data and of the close, each readable by then",
        arguments: StorageKind.allCases)
    func subscription(_ kind: StorageKind) throws {
        try kind.with { storage in
            _ = try storage.createStream("a", text)
            let seen = Seen()
            let subscription = storage.subscribe("a") {
                guard let page = try? storage.read("a") else { return seen.note(nil) }
                seen.note((page.messages.count, page.isClosed))
            }
            #expect(subscription != nil)
            for count in 1...3 {
                try storage.append("a", [1], contentType: "text/plain")
                seen.wait { $0.messages >= count }
            }
            try storage.closeStream("a")
            seen.wait { $0.isClosed }
            try storage.delete("a")
            seen.wait { $0.isGone }
            subscription?.cancel()
        }
    }

    @Test("a subscription that was cancelled is silent, others go on")
    func cancellation() throws {
        try StorageKind.memory.with { storage in
            _ = try storage.createStream("a", text)
            let first = Seen()
            let second = Seen()
            let cancelled = storage.subscribe("a") { first.note((1, false)) }
            let kept = storage.subscribe("a") { second.note((1, false)) }
            cancelled?.cancel()
            try storage.append("a", [1], contentType: "text/plain")
            second.wait { $0.messages == 1 }
            #expect(first.state.messages == 0)
            kept?.cancel()
        }
    }

    @Test("everything is there when a directory is opened again, by one process at a time")
    func reopening() throws {
        try TemporaryDirectory.with { directory in
            for round in 0..<3 {
                let storage = try FileStreamStorage(rootDirectory: directory)
                defer { storage.close() }
                if round == 0 { _ = try storage.createStream("a", text) }
                try storage.append("a", [UInt8(round)], contentType: "text/plain")
                #expect(try storage.read("a").messages == (0...round).map { [UInt8($0)] })
                guard
                    case .storage(code: "locked", let detail) = error({
                        _ = try FileStreamStorage(rootDirectory: directory)
                    })
                else {
                    Issue.record("a second storage was opened")
                    return
                }
                #expect(detail.contains(directory))
            }
        }
    }

    /// What a subscriber saw last, to be waited for.
    private final class Seen: Sendable {
        struct State {
            var messages = 0
            var isClosed = false
            var isGone = false
        }

        private let last = Monitor(State())

        var state: State { last.withLock { $0 } }

        func note(_ page: (messages: Int, isClosed: Bool)?) {
            last.withLock { now in
                if let page {
                    now.messages = page.messages
                    now.isClosed = page.isClosed
                } else {
                    now.isGone = true
                }
                last.broadcast()
            }
        }

        func wait(until condition: (State) -> Bool) {
            last.wait { now -> Void? in condition(now) ? () : nil }
        }
    }
}
