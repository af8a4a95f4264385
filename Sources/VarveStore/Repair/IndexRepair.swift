import VarveIndex
package import VarveLog
import VarvePlatform
package import VarveStorage

/// Looks at the index of a store that is not open, and makes it anew from the log.
///
/// That needs every batch: once some were dropped, the log alone cannot make it. Looking changes
/// nothing.
package struct IndexRepair {
    static let name = Format.indexDirectory

    private let directory: String
    private let indexes: any IndexSource
    private let batches: IndexCheck.Reach
    private let policies: IndexCheck.Reach

    /// The index of the store whose log is in `volume`, as verifying found that; nil when the log
    /// has no store, or one whose index is in memory.
    package init?(of volume: any Volume, _ verification: VerificationReport) {
        guard let files = volume as? FileVolume,
            let batches = IndexCheck.Reach(StoreStream.batchesName, verification),
            let policies = IndexCheck.Reach(StoreStream.policiesName, verification)
        else { return nil }
        directory = files.rootDirectory
        indexes = RocksIndexSource(rootDirectory: directory)
        self.batches = batches
        self.policies = policies
    }

    /// What is wrong with the index: nothing, or why the store does not open. Reads all of it.
    package func look() -> [RepairReport.Finding] {
        let found = examine()
        return found.state == .damaged ? [finding(found.detail)] : []
    }

    /// The same, with what the index has. Reads all of it.
    func examine() -> VerificationReport.IndexSummary {
        do throws(StoreError) {
            guard let index = try open() else {
                guard dropped == 0 else {
                    throw .index(
                        "it is missing, and the log has dropped batches 1 to \(dropped)")
                }
                return .init(.absent, "missing: the next start makes it from the log")
            }
            let place = try marker(of: index)
            try IndexCheck.check(place, batches, policies)
            let (keys, last) = (try count(index, through: place), place.batchPlace.record)
            return .init(
                .whole, "\(keys) keys, come to batch \(last) of \(batches.tail.record): whole",
                keys: keys, batch: last)
        } catch {
            return .init(.damaged, Self.detail(error))
        }
    }

    /// How many keys the index has, none of which a batch wrote that it has not come to.
    private func count(
        _ index: any OrderedIndex, through place: IndexMarker
    ) throws(StoreError) -> UInt64 {
        var (keys, fault) = (0 as UInt64, nil as StoreError?)
        try StoreIndex.wrapping { () throws(IndexError) in
            _ = try index.scan(.all, .ascending, waiting: true) { key, value in
                guard key.first == IndexFormat.keyPrefix else { return true }
                keys += 1
                do throws(StoreError) {
                    let sequence = try IndexFormat.sequence(of: value)
                    if sequence >= 1, sequence <= place.batchPlace.record { return true }
                    fault = .index(
                        "a key is of batch \(sequence), and it has come to batch "
                            + "\(place.batchPlace.record)")
                } catch {
                    fault = error
                }
                return false
            }
        }
        if let fault { throw fault }
        return keys
    }

    /// Throws `index`, with the sequences, when the log has not all that is needed any more.
    package func checkCompleteness() throws(StoreError) {
        guard dropped > 0 else { return }
        throw .index(
            "it cannot be made from the log, which has dropped batches 1 to \(dropped) and keeps "
                + "\(kept); \(state). Nothing was changed. \(backupAdvice)")
    }

    /// Says what `rebuild` would do.
    package func plan(in report: inout RepairReport, label: String) throws(StoreError) {
        report.actions.append(action)
        if exists { report.quarantine = try replacement(label).quarantinePath }
    }

    /// Makes the index anew from `log`, which must be the log that was looked at, opened with the
    /// layer above taking part. The old index is moved aside when the new one is complete.
    ///
    /// - Parameter label: the name of the quarantine that takes the old one.
    /// - Throws: `index`, `log`; the old index is there as it was.
    package func rebuild(
        on log: EventLog, in report: inout RepairReport, label: String
    ) throws(StoreError) {
        try checkCompleteness()
        let hasOld = exists
        let action = action
        let replacement = try replacement(label)
        try fill(try Store.wrap { () throws(LogError) in try replacement.begin() }, from: log)
        try Store.wrap { () throws(LogError) in try replacement.finish(replacesOne: hasOld) }
        report.isDryRun = false
        report.actions.append(action)
        report.findings.removeAll { $0.place == Self.name }
        report.findings += look()
        guard hasOld else { return }
        report.quarantine = replacement.quarantinePath
        try Store.wrap { () throws(LogError) in try replacement.write(report) }
    }

    private var action: String {
        "make the store's index anew from \(batches.tail.record) batches"
            + (exists ? " and move the old one aside" : "")
    }

    func replacement(_ label: String) throws(StoreError) -> IndexReplacement {
        try Store.wrap { () throws(LogError) in
            try IndexReplacement(of: Self.name, in: directory, from: indexes, label: label)
        }
    }

    /// Folds the log into an empty index, which is flushed and, with this call, let go.
    func fill(_ index: any OrderedIndex, from log: EventLog) throws(StoreError) {
        // As if it were in memory: nothing may be dropped from the log before it has its name.
        let store = try Store(
            on: log, index: StoreIndex(index, outlivesLog: false), ownsLog: false,
            options: StoreOptions())
        defer { store.close() }
        try StoreIndex.wrapping { () throws(IndexError) in try index.flush() }
    }

    // MARK: What there is

    private var exists: Bool { File.isDirectory("\(directory)/\(Self.name)") }

    /// The newest batch that the log does not have any more; 0 for none.
    private var dropped: UInt64 { batches.start.record }

    private var kept: String {
        dropped == batches.tail.record ? "none" : "\(dropped + 1) to \(batches.tail.record)"
    }

    /// The index for reading; nil when there is none.
    func open() throws(StoreError) -> (any OrderedIndex)? {
        do throws(IndexError) {
            return try indexes.openReadOnly(Self.name)
        } catch {
            if case .notFound = error { return nil }
            throw .index(error.description)
        }
    }

    private func marker(of index: any OrderedIndex) throws(StoreError) -> IndexMarker {
        if let marker = try StoreIndex.marker(in: index) { return marker }
        return IndexMarker(batches: batches.incarnation, policies: policies.incarnation)
    }

    /// How far the index has come, in words.
    private var state: String {
        guard let index = try? open(), let marker = try? marker(of: index) else {
            return "the index cannot be read, or is missing"
        }
        return "the index that is there has come to batch \(marker.batchPlace.record)"
    }

    // MARK: Words

    func finding(_ detail: String, stopsOpening: Bool = true) -> RepairReport.Finding {
        RepairReport.Finding(
            place: Self.name, problem: StoreError.index(detail).description,
            stopsOpening: stopsOpening,
            advice: dropped == 0
                ? "varve repair --rebuild-index: nothing is lost by it"
                : "the log keeps batches \(kept), so it cannot be made from that. \(backupAdvice)")
    }

    private var backupAdvice: String {
        "Put the directory \(Self.name) of a backup in its place that has come to batch "
            + "\(dropped) at least: the rest is taken from the log"
    }

    static func detail(_ error: StoreError) -> String {
        if case .index(let detail) = error { return detail }
        return error.description
    }
}

extension IndexCheck.Reach {
    /// The stream of that name as verifying found it; nil when there is none.
    fileprivate init?(_ name: String, _ verification: VerificationReport) {
        guard let stream = verification.streams.first(where: { $0.name == name }),
            let incarnation = stream.incarnation
        else { return nil }
        self.init(
            incarnation: incarnation, start: stream.visibleStart ?? .start,
            tail: StreamPosition(record: stream.records, byte: stream.bytes))
    }
}
