import Synchronization
import VarveBytes
import VarveIndex
import VarveLog

/// Folds what is durable of the store's streams into the index, in order, each change together with
/// the place it brings the index to.
///
/// Batches come first and policies after them: a prune speaks of the batches before it, and leaves
/// alone what later ones wrote, so that it does not matter how many later ones are there already.
/// Thread rule: any thread; one at a time applies.
final class StoreApplier: Sendable {
    /// What only the one who applies uses.
    private struct State: ~Copyable {
        var marker: IndexMarker
        var change = IndexChange()
    }

    /// From how many bytes on what was gathered is written.
    private static let writeBytes = 1 << 20

    let batches: StoreStream
    let policies: StoreStream
    let index: StoreIndex
    let recent: RecentBatches
    let progress = StoreProgress()
    let health = StoreHealth()
    private let ingestEntriesMin: Int
    private let state: Mutex<State>
    private let cold = Mutex(ColdBatches())
    private let retained: Mutex<RetentionState>

    /// An applier that goes on where the index is.
    ///
    /// - Throws: `index` when the index does not belong to these streams: another log's, ahead of
    ///   them, or behind what they still have.
    init(
        batches: StoreStream, policies: StoreStream, index: StoreIndex, options: StoreOptions
    ) throws(StoreError) {
        self.batches = batches
        self.policies = policies
        self.index = index
        recent = RecentBatches(bytesMax: options.recentBytesMax)
        ingestEntriesMin = options.ingestEntriesMin
        let marker = try IndexCheck.marker(of: index, batches: batches, policies: policies)
        retained = Mutex(try IndexCheck.retention(of: index))
        progress.advance(to: marker.batchPlace.record)
        progress.noteApplied(throughByte: marker.batchPlace.byte)
        state = Mutex(State(marker: marker))
    }

    /// The rule by which batches are kept.
    var retention: RetentionState { retained.withLock { $0 } }

    /// Applies everything that is durable now, unless nothing is left to apply.
    ///
    /// When it returns, readers see every batch that was durable when it was called.
    /// - Throws: `index`, `log`; it can be tried again.
    func catchUp() throws(StoreError) {
        guard progress.isBehind(durable: batches.log.durable) else { return }
        try apply()
    }

    /// Applies everything that is durable now, and tells everybody when that begins to fail, or
    /// works again.
    func apply() throws(StoreError) {
        do throws(StoreError) {
            try applyDurable()
        } catch {
            // A store that was closed is none that failed.
            if error != .log(.closed), health.noteFailure(error) { progress.tellStalled(error) }
            throw error
        }
        if health.noteSuccess() { progress.tellResumed() }
    }

    private func applyDurable() throws(StoreError) {
        var hasAdvanced = false
        // Also when it fails on the way: nobody else would tell of what has come in.
        defer { if hasAdvanced { progress.tell() } }
        try state.withLock { (state) throws(StoreError) in
            let before = progress.current
            defer { hasAdvanced = progress.current > before }
            let lsn = batches.log.durable
            // Nothing of a try that failed is left.
            state.change.clear()
            var fold = state.marker
            try applyBatches(through: lsn, &fold, &state)
            try applyPolicies(through: lsn, &fold, &state)
            try write(fold, &state)
            progress.noteApplied(through: lsn)
        }
    }

    /// Whether somebody applies at this moment.
    var isApplying: Bool { state.withLockIfAvailable { _ in true } == nil }

    /// The batch of that sequence, which readers see, wherever it is.
    ///
    /// - Throws: `trimmed`, `corruption`, `io`.
    func image(of sequence: UInt64) throws(LogError) -> BatchImage {
        if let image = recent.find(sequence) { return image }
        return try cold.withLock { (cold) throws(LogError) in
            try cold.find(sequence, in: batches)
        }
    }

    // MARK: Batches

    private func applyBatches(
        through lsn: LSN, _ fold: inout IndexMarker, _ state: inout State
    ) throws(StoreError) {
        let tail = batches.durableTail(at: lsn)
        // A chunk of its own: what a long replay reads, nobody else wants.
        var replay = ColdBatches()
        while fold.batchPlace.record < tail.record {
            let sequence = fold.batchPlace.record + 1
            let image = try wrap { () throws(LogError) in
                if let image = recent.find(sequence) { return image }
                return try replay.find(sequence, in: batches)
            }
            let place = StreamPosition(
                record: sequence, byte: fold.batchPlace.byte + UInt64(image.byteCount))
            if image.kind == .put, image.count >= ingestEntriesMin {
                try write(fold, &state)
                fold.batchPlace = place
                try ingest(image, fold, &state)
                continue
            }
            let bytes = image.byteCount + image.count * IndexFormat.rowOverhead
            if state.change.byteCount + bytes > Self.writeBytes { try write(fold, &state) }
            try StoreIndex.wrapping { () throws(IndexError) in try state.change.add(image) }
            fold.batchPlace = place
        }
    }

    private func ingest(
        _ image: BatchImage, _ fold: IndexMarker, _ state: inout State
    ) throws(StoreError) {
        let run = SortedRun(of: image)
        let ordered = try index.ordered
        try StoreIndex.wrapping { () throws(IndexError) in
            // The marker's key is below all others.
            try state.change.set(IndexFormat.markerKey, fold.encoded)
            try run.add(to: &state.change)
            do throws(IndexError) {
                try state.change.ingest(into: ordered)
            } catch {
                // A log that has failed cannot be synced, so nothing may go to the disk.
                guard batches.log.failure != nil else { throw error }
                try state.change.write(to: ordered)
            }
        }
        publish(fold, &state)
    }

    /// Writes what is gathered, which brings the index to `fold`.
    private func write(_ fold: IndexMarker, _ state: inout State) throws(StoreError) {
        guard fold != state.marker else { return }
        let ordered = try index.ordered
        try StoreIndex.wrapping { () throws(IndexError) in
            try state.change.set(IndexFormat.markerKey, fold.encoded)
            try state.change.write(to: ordered)
        }
        publish(fold, &state)
    }

    private func publish(_ fold: IndexMarker, _ state: inout State) {
        state.marker = fold
        progress.advance(to: fold.batchPlace.record)
        progress.noteApplied(throughByte: fold.batchPlace.byte)
    }

    // MARK: Policies

    private func applyPolicies(
        through lsn: LSN, _ fold: inout IndexMarker, _ state: inout State
    ) throws(StoreError) {
        let tail = policies.durableTail(at: lsn)
        while fold.policyPlace.record < tail.record {
            // What the rows have must be in the index to be looked at.
            try write(fold, &state)
            let start = fold.policyPlace
            let (memory, end) = try wrap { () throws(LogError) in
                try policies.read(from: start, bytesMax: ColdBatches.readBytes, through: lsn)
            }
            var reader = ByteReader(memory.bytes)
            while fold.policyPlace.record < end.record {
                let event = try policyEvent(from: &reader, at: fold.policyPlace)
                try apply(event, &state)
                fold.policyPlace = StreamPosition(
                    record: fold.policyPlace.record + 1,
                    byte: start.byte + UInt64(reader.position))
                try write(fold, &state)
                if case .retention(let retention, let floor) = event {
                    retained.withLock { $0 = RetentionState(retention: retention, floor: floor) }
                }
            }
            withExtendedLifetime(memory) {}
        }
    }

    private func policyEvent(
        from reader: inout ByteReader, at place: StreamPosition
    ) throws(StoreError) -> PolicyEvent {
        do {
            return try PolicyEvent(from: &reader)
        } catch {
            throw .log(
                .corruption(
                    file: StoreStream.policiesTitle, byte: place.byte, count: 0,
                    detail: "event \(place.record) is not one: \(error)"))
        }
    }

    private func apply(_ event: PolicyEvent, _ state: inout State) throws(StoreError) {
        switch event {
        case .retention:
            try StoreIndex.wrapping { () throws(IndexError) in
                try state.change.set(IndexFormat.retentionKey, event.encoded)
            }
        case .prune(let limit, let keys):
            let ordered = try index.ordered
            for key in keys {
                try key.span.withUnsafeBytes { (key) throws(StoreError) in
                    let written = try StoreIndex.sequence(of: key, in: ordered)
                    guard let written, written <= limit else { return }
                    try StoreIndex.wrapping { () throws(IndexError) in
                        try state.change.delete(key)
                    }
                }
            }
        }
    }

    private func wrap<R>(_ body: () throws(LogError) -> R) throws(StoreError) -> R {
        do {
            return try body()
        } catch {
            throw .log(error)
        }
    }
}
