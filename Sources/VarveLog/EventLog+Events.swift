public import VarveBytes
import VarvePlatform

/// The log as a library: streams of events, without the layers above.
///
/// Everything here may wait for a disk.
extension EventLog {
    /// Creates a stream and waits until that is durable.
    ///
    /// - Throws: `alreadyExists`, also for a name that begins with a zero byte, which is the log's
    ///   own; `limitExceeded` (an empty or too long name), and what appends throw.
    public func createStream(_ name: String) throws(LogError) -> LogStream {
        let time = clock.wallMilliseconds()
        let bytes = ContiguousArray(name.utf8)
        let created = try bytes.withUnsafeBufferPointer { (buffer) throws(LogError) in
            if ReservedName.contains(UnsafeRawBufferPointer(buffer)) { throw .alreadyExists }
            return try withNamespace { (space) throws(LogError) in
                try space.create(
                    UnsafeRawBufferPointer(buffer), Mutation(wallMilliseconds: time))
            }
        }
        try waitUntilDurable(created.lsn)
        return created.stream
    }

    /// The stream of that name, once its creation is durable; nil when there is none.
    public func stream(named name: String) throws(LogError) -> LogStream? {
        let bytes = ContiguousArray(name.utf8)
        let stream = try bytes.withUnsafeBufferPointer { (bytes) throws(LogError) in
            if ReservedName.contains(UnsafeRawBufferPointer(bytes)) { return nil as LogStream? }
            return try find(name: UnsafeRawBufferPointer(bytes), blocking: true)
        }
        guard let stream else {
            try waitUntilDurable(namespace.lastDeletion)
            return nil
        }
        try waitUntilDurable(stream.withLock { $0.structuralLSN })
        return stream
    }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name.
    ///
    /// They are in memory as long as the caller has them.
    /// - Throws: `corruption`, `io`, `closed`.
    public func streams(
        prefix: String = "", after: String? = nil, limit: Int = 1000
    ) throws(LogError) -> [LogStream] {
        let prefix = Array(prefix.utf8)
        let after = after.map { Array($0.utf8) }
        let found = try prefix.span.withUnsafeBytes { (prefix) throws(LogError) in
            guard let after else { return try glance(prefix: prefix, after: nil, limit: limit) }
            return try after.span.withUnsafeBytes { (after) throws(LogError) in
                try glance(prefix: prefix, after: after, limit: limit)
            }
        }
        var streams: [LogStream] = []
        for glimpse in found {
            // One that was deleted in between is not there any more.
            if let stream = try find(id: glimpse.id) { streams.append(stream) }
        }
        return streams
    }

    /// Appends events, all or none, and waits until they are durable.
    ///
    /// - Parameters:
    ///   - expecting: where the stream must end, or nothing is written and `wrongOffset` thrown.
    ///   - previous: the chain head it must have there, else `wrongHash`.
    ///   - durability: stronger than the log's mode; a weaker one counts as the log's.
    /// - Throws: also `emptyBatch`, `limitExceeded`, `streamClosed`, `unknownStream`, `outOfSpace`,
    ///   `overloaded`, and `poisoned` when it is not known whether the events are there.
    @discardableResult
    public func append(
        _ events: [[UInt8]], to stream: LogStream, expecting: StreamPosition? = nil,
        previous: ChainHash? = nil, durability: Durability? = nil
    ) throws(LogError) -> AppendReceipt {
        let receipt = try beginAppend(events, to: stream, expecting: expecting, previous: previous)
        if let durability, durability.strength > options.durability.strength, durability == .sync {
            try waitUntilSynced(receipt.ticket)
        } else {
            try waitUntilDurable(receipt.ticket)
        }
        return receipt
    }

    /// The same without waiting: nobody sees the events before `durable(_:)` of the ticket returns.
    public func beginAppend(
        _ events: [[UInt8]], to stream: LogStream, expecting: StreamPosition? = nil,
        previous: ChainHash? = nil
    ) throws(LogError) -> AppendReceipt {
        guard !events.isEmpty else { throw .emptyBatch }
        let all = ContiguousArray(events.joined())
        let receipt = try all.withUnsafeBufferPointer { (bytes) throws(LogError) in
            var records: ContiguousArray<RecordBytes> = []
            records.reserveCapacity(events.count)
            var offset = 0
            for event in events {
                let slice = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(bytes)[offset..<offset + event.count])
                records.append(RecordBytes(slice, payloadHash: SHA256Digest()))
                offset += event.count
            }
            records.withUnsafeMutableBufferPointer { RecordBytes.hashPayloads(of: $0) }
            return try stage(records, on: stream, expecting: expecting, previous: previous)
        }
        requestCommit()
        return receipt
    }

    /// Closes a stream for good and waits until that is durable. A second time does nothing.
    public func closeStream(_ stream: LogStream) throws(LogError) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        do throws(LogError) {
            let receipt = try stage([RecordBytes(none, kind: .close)], on: stream)
            try waitUntilDurable(receipt.ticket)
        } catch {
            guard error == .streamClosed else { throw error }
            try waitUntilDurable(stream.withLock { $0.structuralLSN })
        }
    }

    /// Deletes a stream and waits until that is durable; its name is free at once, unless forks of
    /// it live.
    public func delete(_ stream: LogStream) throws(LogError) {
        let time = clock.wallMilliseconds()
        let lsn = try withNamespace { (space) throws(LogError) in
            try space.delete(stream, Mutation(wallMilliseconds: time)).lsn
        }
        try waitUntilDurable(lsn)
    }

    /// The end of a stream and the chain head there, once they are durable.
    public func latestChainHash(
        of stream: LogStream
    ) throws(LogError) -> (position: StreamPosition, hash: ChainHash) {
        let (tail, head, lsn) = stream.withLock { ($0.tail, $0.head, $0.lastLSN) }
        try waitUntilDurable(lsn)
        return (tail, head)
    }

    /// The durable records from `start` on, or from the first one that no trim hides: whole ones,
    /// at most `maxBytes` bytes, at least one if there is one; with the hash chain checked as far
    /// as `check` says.
    ///
    /// - Throws: `offTheEnd`, `notABoundary`, `trimmed`, `unknownStream`, `chainBroken`,
    ///   `corruption`, `io`.
    public func read(
        _ stream: LogStream, from start: StreamPosition? = nil, maxBytes: Int = 1 << 20,
        check: ReadCheck = .none
    ) throws(LogError) -> RecordPage {
        // What a trim hides is not told of before the trim is durable.
        let (visibleStart, structural) = stream.withLock { ($0.visibleStart, $0.structuralLSN) }
        let start = start ?? visibleStart
        if visibleStart > .start { try waitUntilDurable(structural) }
        let lsn = durable
        let run = try read(stream, from: start, maxBytes: maxBytes, through: lsn, blocking: true)
        var records: [Record] = []
        guard run.end > start else {
            return RecordPage(records: [], next: start, reachesTail: run.reachesTail)
        }
        try walk(stream, from: start, to: run.end, through: lsn, check: check) { record in
            let isBehind =
                record.kind.takesNumber
                ? record.position >= run.end : !run.reachesTail || record.position > run.end
            if record.position >= start, !isBehind { records.append(record) }
        }
        return RecordPage(records: records, next: run.end, reachesTail: run.reachesTail)
    }

    /// Checks the whole chain of a stream as far as it is durable; the position and head it
    /// reached. Of a trimmed stream what is left is checked.
    ///
    /// - Throws: `chainBroken`, `corruption`, `io`.
    public func verify(
        _ stream: LogStream
    ) throws(LogError) -> (position: StreamPosition, hash: ChainHash) {
        let lsn = durable
        let (tail, head, visible) = stream.withLock { state in
            (
                state.durableTail(at: lsn), state.lastLSN <= lsn ? state.head : nil,
                state.structuralLSN <= lsn ? state.visible : nil
            )
        }
        var check = TrimCheck(stream, visible)
        try walkOwn(stream, from: stream.start, to: tail, through: lsn, check: .genesis) {
            (record) throws(LogError) in
            try check.follow(record)
        }
        let reached = try check.end(at: tail)
        guard head == nil || head == reached else {
            throw .chainBroken(stream: stream.id, record: tail.record)
        }
        return (tail, reached)
    }

    private func stage(
        _ records: ContiguousArray<RecordBytes>, on stream: LogStream,
        expecting: StreamPosition? = nil, previous: ChainHash? = nil
    ) throws(LogError) -> AppendReceipt {
        let isStructural = records.contains { $0.kind != .data }
        let time = clock.wallMilliseconds()
        return try records.withUnsafeBufferPointer { (records) throws(LogError) in
            try stream.withLock { (state) throws(LogError) in
                if let expecting, expecting != state.tail {
                    throw .wrongOffset(expected: expecting, actual: state.tail)
                }
                if let previous, previous != state.head {
                    throw .wrongHash(expected: previous, actual: state.head)
                }
                let lsn = try stage(
                    Mutation(
                        records: records, isStructural: isStructural, wallMilliseconds: time),
                    on: &state, of: stream)
                return AppendReceipt(
                    nextOffset: state.tail, chainHash: state.head, ticket: lsn)
            }
        }
    }
}
