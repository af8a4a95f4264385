import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// A log over a volume, with short words for what tests do.
final class TestLog: Sendable {
    let log: EventLog

    init(
        _ volume: any Volume, indexes: (any IndexSource)? = nil, options: LogOptions = .small,
        seed: UInt64 = 1, clock: any Clock = ManualClock(), fold: (any LogFold)? = nil
    ) throws {
        log = try EventLog.open(
            volume: volume, indexes: indexes, options: options, clock: clock,
            random: SeededRandom(seed: seed),
            fold: fold)
    }

    /// Creates a stream with the given first records.
    @discardableResult
    func create(
        _ name: String, _ records: [[UInt8]] = [], annotation: [UInt8] = [],
        separator: UInt8? = nil, encoding: RunEncoding = .none
    ) throws -> LogStream {
        try withMutation(records, annotation: annotation, separator: separator) { mutation in
            var mutation = mutation
            mutation.encoding = encoding
            return try Array(name.utf8).withUnsafeBytes { name in
                try log.withNamespace { space in try space.create(name, mutation).stream }
            }
        }
    }

    /// Creates a fork of `source`, at its tail unless another place is given.
    func fork(
        _ source: LogStream, _ name: String, at anchor: StreamPosition? = nil
    ) throws -> LogStream {
        let point = try log.forkPoint(of: source, at: anchor, cut: .none, blocking: true)
        return try withMutation([], annotation: [], separator: nil) { mutation in
            try Array(name.utf8).withUnsafeBytes { name in
                try log.withNamespace { space in
                    try space.create(name, mutation, at: point).stream
                }
            }
        }
    }

    /// Stages one append and does not wait.
    @discardableResult
    func stage(
        _ records: [[UInt8]], to stream: LogStream, annotation: [UInt8] = [],
        separator: UInt8? = nil, closes: Bool = false, wall: UInt64 = 1
    ) throws -> LSN {
        try withMutation(
            records, annotation: annotation, separator: separator, closes: closes, wall: wall
        ) { mutation in
            try stream.withLock { state in try log.stage(mutation, on: &state, of: stream) }
        }
    }

    /// Appends and waits until it is durable.
    @discardableResult
    func append(
        _ records: [[UInt8]], to stream: LogStream, annotation: [UInt8] = [],
        separator: UInt8? = nil, closes: Bool = false
    ) throws -> LSN {
        let lsn = try stage(
            records, to: stream, annotation: annotation, separator: separator, closes: closes)
        try log.waitUntilDurable(lsn)
        return lsn
    }

    @discardableResult
    func delete(_ stream: LogStream) throws -> LSN {
        let lsn = try log.withNamespace { space in
            try space.delete(stream, Mutation(wallMilliseconds: 1)).lsn
        }
        log.requestCommit()
        return lsn
    }

    /// The stream of that name, loaded if need be.
    func find(_ name: String) -> LogStream? {
        let found = Array(name.utf8).withUnsafeBytes { try? log.find(name: $0, blocking: true) }
        return found ?? nil
    }

    /// All durable bytes of a stream, read page by page.
    func bytes(
        of stream: LogStream, from start: StreamPosition = .start, pageBytes: Int = 1 << 20
    ) throws -> [UInt8] {
        var result: [UInt8] = []
        var position = start
        while true {
            let run = try log.read(
                stream, from: position, maxBytes: pageBytes, through: log.durable, blocking: true)
            let page = try copy(run)
            result += page
            if run.reachesTail { return result }
            #expect(run.end > position)
            position = run.end
        }
    }

    func copy(_ run: ReadRun) throws -> [UInt8] {
        var page = [UInt8](repeating: 0, count: run.byteCount)
        try page.withUnsafeMutableBytes { try run.gatherBlocking(into: $0) }
        return page
    }

    func tail(_ stream: LogStream) -> StreamPosition { stream.withLock { $0.tail } }

    func head(_ stream: LogStream) -> ChainHash { stream.withLock { $0.head } }

    private func withMutation<R>(
        _ records: [[UInt8]], annotation: [UInt8], separator: UInt8?, closes: Bool = false,
        wall: UInt64 = 1, _ body: (Mutation) throws -> R
    ) throws -> R {
        let all = Array(records.joined())
        return try all.withUnsafeBytes { bytes in
            var parts: [RecordBytes] = []
            var offset = 0
            for record in records {
                parts.append(
                    RecordBytes(
                        UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + record.count])))
                offset += record.count
            }
            if closes {
                parts.append(
                    RecordBytes(UnsafeRawBufferPointer(start: nil, count: 0), kind: .close))
            }
            return try parts.withUnsafeBufferPointer { parts in
                try annotation.withUnsafeBytes { annotation in
                    try body(
                        Mutation(
                            annotation: annotation, records: parts, separator: separator,
                            isStructural: closes, wallMilliseconds: wall))
                }
            }
        }
    }
}

extension LogOptions {
    /// Small files and few of them, no marks but when closed, and no settling: what tests can
    /// predict.
    static var small: LogOptions {
        var options = LogOptions()
        options.fileBytes = 1 << 20
        options.sparesMax = 1
        options.idleMarkMilliseconds = nil
        options.settlesWhenClosed = false
        return options
    }
}

/// Bytes that a test can recognise.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31) &+ ($0 >> 8) &+ seed &* 7) }
}
