package import VarveBytes
package import VarveStorage

/// Writes one segment: streams in ascending order of their ids, each with its state and its
/// records.
///
/// The file has a temporary name until `finish` has made everything durable, so a crash leaves no
/// segment or a whole one. Memory is bounded whatever is written: some buffers of at most a few
/// MiB, the rest in temporary files. After an error only `abandon` is allowed; forgetting a writer
/// that did not finish abandons it.
///
/// Thread rule: one thread at a time, which may wait for a disk.
package final class SegmentWriter {
    private enum Phase {
        case between
        case inStream
        case over
    }

    private let volume: any Volume
    private let header: SegmentHeader
    private let output: SegmentOutput
    private let spills: [SpillBuffer]
    private let runs: RunWriter
    private let streams: StreamsWriter
    private var footer = SegmentFooter()
    private let signer: HeadSigner?
    /// The heads of all streams, if they are to be signed.
    private var heads = HeadTree()
    private var phase = Phase.between
    private var record: StreamRecord?

    /// The memory of each spill buffer, in the order of `SegmentName.Role`.
    private static let memory: [(role: SegmentName.Role, bytes: Int)] = [
        (.blocks, 512 << 10), (.checkpoints, 64 << 10), (.checksums, 64 << 10),
        (.streams, 4 << 20), (.groups, 64 << 10),
    ]

    /// Begins a segment in `volume`; its directory is made if it is missing.
    ///
    /// Throws `limitExceeded` for too many superseded segments, `io` when there is a segment of
    /// that number.
    package init(
        volume: any Volume, header: SegmentHeader, options: SegmentOptions = SegmentOptions()
    ) throws(LogError) {
        guard options.superseded.count <= SegmentFormat.supersededMax else {
            throw .limitExceeded(
                name: "superseded segments", limit: SegmentFormat.supersededMax,
                actual: options.superseded.count)
        }
        self.volume = volume
        self.header = header
        signer = options.signer
        let backend = try Self.create(volume, header.number)
        let spills = Self.memory.map { memory in
            SpillBuffer(
                volume: volume, name: SegmentName(number: header.number, role: memory.role),
                memoryMax: memory.bytes)
        }
        self.spills = spills
        output = SegmentOutput(
            backend, id: header.id, checksums: spills[2], afterSlice: options.afterSlice)
        runs = RunWriter(
            segment: header.number, id: header.id, output: output, blocks: spills[0],
            checkpoints: spills[1], recordsMax: options.checkpointRecords)
        streams = try StreamsWriter(id: header.id, streams: spills[3], groups: spills[4])
        footer.superseded = options.superseded.sorted()
        try writeBlock(SegmentFormat.headerBytes) { header.encode(into: $0) }
    }

    deinit {
        abandon()
    }

    /// Begins a stream, whose id is above those before.
    ///
    /// - Parameters:
    ///   - record: the stream after the cut.
    ///   - entries: the pieces of its state that changed.
    ///   - runStart: where its first record in this segment begins.
    ///   - headBefore: the chain's head there.
    ///   - encoding: how to store the records, if that makes them smaller.
    package func beginStream(
        _ record: StreamRecord, entries: [StateEntry] = [], runStart: StreamPosition,
        headBefore: ChainHash, encoding: RunEncoding = .none
    ) throws(LogError) {
        precondition(phase == .between, "the stream before was ended")
        phase = .over
        try streams.begin(record, entries: entries)
        try runs.begin(record, start: runStart, head: headBefore, encoding: encoding)
        self.record = record
        phase = .inStream
    }

    /// Adds records: one set, or a part of one.
    ///
    /// - Parameters:
    ///   - entries: the lengths of the records that begin here.
    ///   - payload: their stored bytes in order; the last record may go on with the next call.
    ///   - headAfter: the chain's head behind the set; nil when the set goes on with the next call.
    ///   - leaves: the leaves of the redacted records among `entries`, in order.
    package func append(
        entries: [LengthEntry], payload: [UnsafeRawBufferPointer], headAfter: ChainHash?,
        leaves: [SHA256Digest] = []
    ) throws(LogError) {
        precondition(phase == .inStream, "records belong to a stream")
        phase = .over
        try runs.append(entries, payload, headAfter: headAfter, leaves: leaves)
        phase = .inStream
    }

    /// Adds a set of `count` records, none of them redacted; nothing is allocated for it.
    ///
    /// - Parameters:
    ///   - lengths: a `LengthEntry` for each record.
    ///   - payload: their stored bytes in order.
    ///   - headAfter: the chain's head behind the set.
    func append(
        lengths: UnsafeRawPointer, count: Int, payload: UnsafeRawBufferPointer,
        headAfter: ChainHash
    ) throws(LogError) {
        precondition(phase == .inStream, "records belong to a stream")
        phase = .over
        try runs.append(lengths, count, payload, headAfter: headAfter)
        phase = .inStream
    }

    /// Ends the stream; where its records lie, nil when there were none.
    ///
    /// Throws `corruption` when the records do not end where the stream's record says.
    package func endStream() throws(LogError) -> SettledRun? {
        precondition(phase == .inStream, "only a stream that was begun ends")
        phase = .over
        let run = try runs.end()
        if let run, let record, record.tail != run.end || record.head != runs.head {
            throw .corruption(
                file: SegmentName(number: header.number, role: .writing).path,
                byte: run.dataOffset, count: run.byteCount,
                detail: "stream \(record.id) ends at \(record.tail), its records at \(run.end), "
                    + "or their chain differs")
        }
        try streams.end(run)
        if signer != nil, let record { heads.add(record) }
        footer.streamCount += 1
        if let run {
            footer.runCount += 1
            footer.recordCount += run.recordCount
            footer.byteCount += run.byteCount
            footer.storedBytes += run.storedBytes
        }
        phase = .between
        return run
    }

    /// Completes the segment: when it returns, the file and its name are durable.
    package func finish() throws(LogError) -> SegmentSummary {
        precondition(phase == .between, "the last stream was ended")
        do throws(LogError) {
            let bytes = try complete()
            phase = .over
            spills.forEach { $0.remove() }
            return SegmentSummary(
                number: header.number, fileBytes: bytes, streamCount: footer.streamCount,
                runCount: footer.runCount, recordCount: footer.recordCount,
                byteCount: footer.byteCount, storedBytes: footer.storedBytes)
        } catch {
            abandon()
            throw error
        }
    }

    /// Ends the writing and removes what was written, as far as that is possible; what is left has
    /// a name that opening removes. Does nothing after `finish` has returned.
    package func abandon() {
        guard !isDone else { return }
        isDone = true
        phase = .over
        spills.forEach { $0.remove() }
        try? volume.remove(SegmentName(number: header.number, role: .writing).path)
    }

    private var isDone = false

    /// Writes what follows the data, syncs and gives the file its name; its size.
    private func complete() throws(LogError) -> UInt64 {
        let output = self.output
        footer.dataBytes = output.position - SegmentFormat.dataOffset
        footer.checksumsBytes = try output.writeChecksums()
        footer.streamsBytes = try streams.drain { (bytes) throws(LogError) in
            try output.write(bytes)
        }
        footer.groupCount = UInt64(streams.groupCount)
        if let signer {
            footer.signature = try CutSignature(of: heads, header: self.header, by: signer)
        }
        let footer = self.footer
        let header = self.header
        try writeBlock(SegmentFormat.footerBytes) { footer.encode(into: $0, header: header) }
        try output.sync()
        let final = SegmentName(number: header.number).path
        let volume = self.volume
        try LogError.wrapping { () throws(StorageError) in
            try volume.rename(
                SegmentName(number: header.number, role: .writing).path, to: final)
        }
        isDone = true
        do throws(StorageError) {
            try volume.syncDirectory(SegmentFormat.directory)
        } catch {
            // Nobody may rely on a name that may be lost; whole as it is, it does no harm either.
            try? volume.remove(final)
            throw LogError(error)
        }
        return output.position
    }

    private func writeBlock(
        _ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(LogError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { block.deallocate() }
        body(block)
        try output.write(UnsafeRawBufferPointer(block))
    }

    private static func create(
        _ volume: any Volume, _ number: UInt32
    ) throws(LogError) -> any StorageBackend {
        try LogError.wrapping { () throws(StorageError) -> any StorageBackend in
            if try !volume.list("").contains(SegmentFormat.directory) {
                try volume.makeDirectory(SegmentFormat.directory)
            }
            // One that is there may have been made by a process that died before this.
            try volume.syncDirectory("")
            let name = SegmentName(number: number)
            let path = "\(SegmentFormat.directory)/"
            let names = try volume.list(SegmentFormat.directory)
            if names.contains(String(name.path.dropFirst(path.count))) {
                throw .alreadyExists(path: name.path)
            }
            let writing = SegmentName(number: number, role: .writing).path
            let backend = try volume.open(writing, create: .ifMissing)
            if backend.size > 0 { try backend.truncate(to: 0) }
            return backend
        }
    }
}
