// A creation that has to wait for the disk, to read a fork's source or to find out whether the name
// has a stream: the pool carries it out, the loop goes on and answers.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// A stream that is being created on the pool.
enum DiskCreate {
    /// A command with memory of its own.
    private struct OwnedCommand: Sendable {
        let name: [UInt8]
        let contentType: [UInt8]?
        let lifetime: StreamLifetime
        let lifetimeText: [UInt8]
        let retention: StreamRetention
        let compression: RunEncoding?
        let isClosed: Bool
        let body: [UInt8]
        let isFork: Bool
        let source: [UInt8]
        let offset: StreamPosition?
        let subOffset: UInt64

        init(_ command: CreateCommand, body: UnsafeRawBufferPointer) {
            name = Array(command.name)
            contentType = command.contentType.map { Array($0) }
            lifetime = command.lifetime
            lifetimeText = Array(command.lifetimeText)
            retention = command.retention
            compression = command.compression
            isClosed = command.isClosed
            self.body = Array(body)
            isFork = command.fork != nil
            source = command.fork.map { Array($0.source) } ?? []
            offset = command.fork?.offset
            subOffset = command.fork?.subOffset ?? 0
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
                                command.compression = compression
                                command.isClosed = isClosed
                                command.content = .body(body)
                                if isFork {
                                    command.fork = ForkCommand(
                                        source: source, offset: offset, subOffset: subOffset)
                                }
                                return try engine.create(command, blocking: true)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Creates the stream on the pool and calls `answer` on the loop, unless the client is gone by
    /// then.
    static func begin(
        _ command: CreateCommand, body: UnsafeRawBufferPointer,
        _ responder: Responder,
        _ answer: @escaping (Result<CreateOutcome, StreamRefusal>) -> Void
    ) {
        let owned = OwnedCommand(command, body: body)
        let engine = responder.core.engine
        PoolWork.begin(on: responder.core.pool, responder) {
            () -> Result<CreateOutcome, StreamRefusal> in
            defer { engine.log.requestCommit() }
            return Result { () throws(StreamRefusal) in try owned.run(on: engine) }
        } answer: { outcome in
            answer(outcome)
        }
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
