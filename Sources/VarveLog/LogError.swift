/// Why the log refused or failed. Each message says what was expected, what was found, and where.
public enum LogError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A write or a sync failed earlier: nothing more is written until the log is opened again.
    ///
    /// Whether what was staged at that time is on disk is not known.
    case poisoned(cause: String)
    /// No space was left for the journal's next file; nothing was written, and a later try may
    /// work.
    case outOfSpace(path: String)
    /// Too much waits for the disk, or the next journal file is not ready: try again.
    case overloaded(reason: String)
    /// More than a limit allows; nothing was written.
    case limitExceeded(name: String, limit: Int, actual: Int)
    /// Bytes at or below the durable mark that are not what was written.
    case corruption(file: String, byte: UInt64, count: UInt64, detail: String)
    /// A file that is not Varve's in Varve's directory.
    case foreignFile(path: String)
    /// A stream of a layer above, in a log that is opened without one.
    case foreignStream(name: String)
    /// A file of a newer format than this program knows.
    case newerFormat(path: String, version: UInt32)
    /// A file of a format before the first release, which this program does not read.
    case olderFormat(path: String, version: UInt32)
    /// A file that must be there is not.
    case missingFile(path: String)
    /// Another process has the directory.
    case locked(path: String, pid: Int)
    /// The file system failed.
    case io(message: String)
    /// The catalog could not take a change to its end, so that it cannot be copied, and nothing is
    /// settled or merged, until the log is opened again: that finishes the change. Appends and
    /// reads go on; nothing is lost.
    case catalogFailed(cause: String)
    /// The stream's tail is not where the caller expected it; nothing was written.
    case wrongOffset(expected: StreamPosition, actual: StreamPosition)
    /// The stream's chain head is not what the caller expected; nothing was written.
    case wrongHash(expected: ChainHash, actual: ChainHash)
    /// Bytes read for a verified read do not have the hash that the chain has recorded.
    case chainBroken(stream: StreamID, record: UInt64)
    /// There is no such stream, or it was deleted.
    case unknownStream
    /// A stream of that name exists.
    case alreadyExists
    /// A read begins beyond the last durable record.
    case offTheEnd(position: StreamPosition, tail: StreamPosition)
    /// A read, or a fork, begins before the place that a trim made the stream begin at.
    case trimmed(earliest: StreamPosition)
    /// A read begins inside a record, or its two numbers do not belong together.
    case notABoundary(position: StreamPosition)
    /// A chain head before the place where the stream's own chain begins: its source has that one.
    case beforeChain(position: StreamPosition, start: StreamPosition)
    /// The stream was closed: it takes no more records.
    case streamClosed
    /// An append without any record.
    case emptyBatch
    /// The read needs the disk, and the caller asked not to wait for it.
    case wouldBlock
    /// The log was closed.
    case closed

    /// The error for a file of another format than this program's.
    init(path: String, version: UInt32) {
        self =
            version < Format.version
            ? .olderFormat(path: path, version: version)
            : .newerFormat(path: path, version: version)
    }

    /// The error for records that a repair gave up with their segment.
    static func lost(from start: StreamPosition, to end: StreamPosition) -> LogError {
        .corruption(
            file: SegmentFormat.directory, byte: 0,
            count: end.byte > start.byte ? end.byte - start.byte : 0,
            detail: "records \(start.record) to \(end.record) (not included) of the stream are "
                + "lost; the next begins at \(end)")
    }

    /// A short name that never changes, for programs.
    public var code: String {
        switch self {
        case .poisoned: "poisoned"
        case .outOfSpace: "out-of-space"
        case .overloaded: "overloaded"
        case .limitExceeded: "limit-exceeded"
        case .corruption: "corruption"
        case .foreignFile: "foreign-file"
        case .foreignStream: "foreign-stream"
        case .newerFormat: "newer-format"
        case .olderFormat: "older-format"
        case .missingFile: "missing-file"
        case .locked: "locked"
        case .io: "io"
        case .catalogFailed: "catalog-failed"
        case .wrongOffset: "wrong-offset"
        case .wrongHash: "wrong-hash"
        case .chainBroken: "chain-broken"
        case .unknownStream: "unknown-stream"
        case .alreadyExists: "already-exists"
        case .offTheEnd: "off-the-end"
        case .trimmed: "trimmed"
        case .notABoundary: "not-a-boundary"
        case .beforeChain: "before-chain"
        case .streamClosed: "stream-closed"
        case .emptyBatch: "empty-batch"
        case .wouldBlock: "would-block"
        case .closed: "closed"
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .poisoned(let cause):
            "the log takes no writes until it is opened again: \(cause)"
        case .outOfSpace(let path):
            "no space left for \(path)"
        case .overloaded(let reason):
            "the log cannot take more right now: \(reason)"
        case .limitExceeded(let name, let limit, let actual):
            "\(name): at most \(limit), found \(actual)"
        case .corruption(let file, let byte, let count, let detail):
            "\(file) is damaged at byte \(byte), \(count) bytes: \(detail)"
        case .foreignFile(let path):
            "\(path) is not a file of Varve's"
        case .foreignStream(let name):
            "the stream \"\(name)\" was written by a layer above the log, such as a server: its "
                + "state would be lost if the log were opened without that"
        case .newerFormat(let path, let version):
            "\(path) has format \(version); this program knows formats up to \(Format.version)"
        case .olderFormat(let path, let version):
            "\(path) has format \(version), from before the first release; this program knows "
                + "format \(Format.version)"
        case .missingFile(let path):
            "\(path) is missing"
        case .locked(let path, let pid):
            "\(path) is in use by process \(pid)"
        case .io(let message):
            message
        case .catalogFailed(let cause):
            "the catalog could not take its last change, and takes no other, nor is it copied, "
                + "until the log is opened again (a server started again), which finishes that "
                + "change and loses nothing: \(cause)"
        case .wrongOffset(let expected, let actual):
            "the stream ends at \(actual), not at \(expected)"
        case .wrongHash(let expected, let actual):
            "the stream's chain head is \(actual), not \(expected)"
        case .chainBroken(let stream, let record):
            "record \(record) of stream \(stream) does not have the hash its chain recorded"
        case .unknownStream:
            "there is no such stream"
        case .alreadyExists:
            "a stream of that name exists"
        case .offTheEnd(let position, let tail):
            "\(position) is beyond the end of the stream at \(tail)"
        case .trimmed(let earliest):
            "the stream was trimmed and begins at \(earliest)"
        case .notABoundary(let position):
            "\(position) is not the beginning of a record"
        case .beforeChain(let position, let start):
            "\(position) is before \(start), where the fork's own chain begins"
        case .streamClosed:
            "the stream is closed"
        case .emptyBatch:
            "an append needs at least one record"
        case .wouldBlock:
            "the read has to wait for the disk"
        case .closed:
            "the log is closed"
        }
    }
}
