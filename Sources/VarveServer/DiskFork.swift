// A fork for which the source has to be read: the pool creates it, the loop goes on and answers.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// A fork that is being created on the pool.
enum DiskFork {
    /// A command with memory of its own.
    private struct OwnedCommand: Sendable {
        let name: [UInt8]
        let contentType: [UInt8]?
        let lifetime: StreamLifetime
        let lifetimeText: [UInt8]
        let retention: StreamRetention
        let isClosed: Bool
        let body: [UInt8]
        let source: [UInt8]
        let offset: StreamPosition?
        let subOffset: UInt64

        init(_ command: CreateCommand, of fork: ForkCommand, body: UnsafeRawBufferPointer) {
            name = Array(command.name)
            contentType = command.contentType.map { Array($0) }
            lifetime = command.lifetime
            lifetimeText = Array(command.lifetimeText)
            retention = command.retention
            isClosed = command.isClosed
            self.body = Array(body)
            source = Array(fork.source)
            offset = fork.offset
            subOffset = fork.subOffset
        }

        /// Carries it out, waiting for the disk.
        func run(on engine: StreamEngine) throws(StreamRefusal) -> CreateOutcome {
            try name.bytes { (name) throws(StreamRefusal) in
                try source.bytes { (source) throws(StreamRefusal) in
                    try body.bytes { (body) throws(StreamRefusal) in
                        try lifetimeText.bytes { (text) throws(StreamRefusal) in
                            try (contentType ?? []).bytes { (type) throws(StreamRefusal) in
                                var command = CreateCommand(name: name)
                                if contentType != nil { command.contentType = type }
                                command.lifetime = lifetime
                                command.lifetimeText = text
                                command.retention = retention
                                command.isClosed = isClosed
                                command.content = .body(body)
                                command.fork = ForkCommand(
                                    source: source, offset: offset, subOffset: subOffset)
                                return try engine.create(command, blocking: true)
                            }
                        }
                    }
                }
            }
        }
    }

    /// What the loop goes on with.
    //
    // @unchecked Sendable: the pool passes it on without looking; it is used on its loop only.
    private final class Continuation: @unchecked Sendable {
        let body: (Result<CreateOutcome, StreamRefusal>) -> Void

        init(_ body: @escaping (Result<CreateOutcome, StreamRefusal>) -> Void) { self.body = body }
    }

    /// What the pool hands to the loop.
    //
    // @unchecked Sendable: made by the pool, used by the loop, never by both.
    private struct Delivery: @unchecked Sendable {
        let outcome: Result<CreateOutcome, StreamRefusal>
    }

    /// Creates the fork on the pool and calls `answer` on the loop, unless the client is gone by
    /// then.
    static func begin(
        _ command: CreateCommand, of fork: ForkCommand, body: UnsafeRawBufferPointer,
        _ responder: Responder,
        _ answer: @escaping (Result<CreateOutcome, StreamRefusal>) -> Void
    ) {
        let owner = ReadingExchange()
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            return responder.refuse(.busy)
        }
        let owned = OwnedCommand(command, of: fork, body: body)
        let continuation = Continuation { outcome in
            if owner.isWaited { answer(outcome) }
        }
        let (engine, loop) = (responder.core.engine, responder.loop)
        let isQueued = responder.core.pool.submit {
            let outcome: Result<CreateOutcome, StreamRefusal>
            do throws(StreamRefusal) {
                outcome = .success(try owned.run(on: engine))
            } catch {
                outcome = .failure(error)
            }
            engine.log.requestCommit()
            let delivery = Delivery(outcome: outcome)
            loop.post { _ in continuation.body(delivery.outcome) }
        }
        if !isQueued { responder.refuse(.busy) }
    }
}

extension [UInt8] {
    /// Calls `body` with the bytes as raw memory.
    fileprivate func bytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try withUnsafeBufferPointer { (buffer) throws(E) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
