import VarveBytes
import VarveLog
import VarvePlatform

/// One of the two streams of the log that belong to the store.
///
/// Their names begin with a byte that no other stream's name has. Thread rule: any thread.
struct StoreStream: Sendable {
    /// The name of the stream of batches. Persisted.
    static let batchesName = "\0store/batches"
    /// The name of the stream of settings and prunes. Persisted.
    static let policiesName = "\0store/policies"
    /// What errors call the stream of batches.
    static let batchesTitle = "the store's batch stream"
    /// What errors call the stream of settings and prunes.
    static let policiesTitle = "the store's policy stream"

    let log: EventLog
    let stream: LogStream

    /// The stream of that name in `log`, made when there is none, once that is durable.
    init(_ name: String, in log: EventLog) throws(LogError) {
        let bytes = Array(name.utf8)
        let time = log.clock.wallMilliseconds()
        let (stream, lsn) = try bytes.span.withUnsafeBytes { (name) throws(LogError) in
            if let stream = try log.find(name: name, blocking: true) {
                return (stream, stream.withLock { $0.structuralLSN })
            }
            let made = try log.withNamespace { (space) throws(LogError) in
                try space.create(name, Mutation(wallMilliseconds: time))
            }
            return (made.stream, made.lsn)
        }
        self.log = log
        self.stream = stream
        try log.waitUntilDurable(lsn)
    }

    /// What sets the stream apart from every other one.
    var incarnation: Incarnation { stream.incarnation }

    /// Behind the last durable record.
    func durableTail(at lsn: LSN) -> StreamPosition {
        stream.withLock { $0.durableTail(at: lsn) }
    }

    /// Before the first record that is not trimmed.
    var visibleStart: StreamPosition { stream.withLock { $0.visibleStart } }

    /// Waits until it is durable that the stream begins there.
    func waitForStart() throws(LogError) {
        let lsn = stream.withLock { $0.structuralLSN }
        if lsn > log.durable { try log.waitUntilDurable(lsn) }
    }

    /// Stages one record, and calls `body` with the place behind it before anybody can stage
    /// another.
    ///
    /// - Returns: the place behind the record, and the LSN to wait for.
    func stage(
        _ bytes: UnsafeRawBufferPointer, _ body: (StreamPosition) -> Void
    ) throws(LogError) -> (end: StreamPosition, lsn: LSN) {
        let time = log.clock.wallMilliseconds()
        // Hashed here, before the lock.
        let record = RecordBytes(bytes)
        return try withUnsafePointer(to: record) { (record) throws(LogError) in
            let mutation = Mutation(
                records: UnsafeBufferPointer(start: record, count: 1), wallMilliseconds: time)
            return try stream.withLock { (state) throws(LogError) in
                let lsn = try log.stage(mutation, on: &state, of: stream)
                body(state.tail)
                return (state.tail, lsn)
            }
        }
    }

    /// Whole records from `start` on, at most `bytesMax` bytes of them but at least one, as far as
    /// `lsn` makes durable; and where they end. Waits for the disk.
    func read(
        from start: StreamPosition, bytesMax: Int, through lsn: LSN
    ) throws(LogError) -> (memory: BatchMemory, end: StreamPosition) {
        let run = try log.read(
            stream, from: start, maxBytes: bytesMax, through: lsn, blocking: true)
        var writer = ByteWriter(capacity: run.byteCount)
        let target = UnsafeMutableRawBufferPointer(
            start: writer.extend(by: run.byteCount), count: run.byteCount)
        try run.gatherBlocking(into: target)
        return (BatchMemory(writer), run.end)
    }

    /// Where the record of that number begins.
    func position(of record: UInt64) throws(LogError) -> StreamPosition {
        try log.position(ofRecord: record, in: stream)
    }
}
