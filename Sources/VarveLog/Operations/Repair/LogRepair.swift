import VarveIndex
import VarvePlatform
package import VarveStorage

/// Repairs a log that does not open: explicitly, and without guessing.
///
/// Nothing is thrown away: what is removed is kept in `quarantine/<label>/` with a report of what
/// was lost. A repair takes the log's lock; one that is interrupted can be done again. Looking, and
/// a dry run, change nothing.
public struct LogRepair {
    /// What is done.
    public enum Action: Sendable, CaseIterable {
        /// Makes the catalog anew from the segments.
        case rebuildCatalog
        /// Takes away what keeps the log from being opened.
        case quarantine
    }

    /// The directory of the catalog's database and its copies; nil when the log keeps its catalog
    /// in memory.
    private let directory: String?
    private let volume: any Volume
    private let indexes: any IndexSource
    private let quarantine: Quarantine
    private let isDryRun: Bool
    private var report = RepairReport()
    /// Whether something was moved or copied aside, or would be.
    private var usesQuarantine = false

    /// Repairs, or looks at, the log in `volume`.
    ///
    /// - Parameters:
    ///   - actions: what to do; nothing = look only.
    ///   - label: the name of the directory that keeps what is removed.
    ///   - isDryRun: say what would be done, and do nothing.
    /// - Throws: `locked`, `missingFile`, `foreignFile`, `newerFormat`, `io`; `corruption` for what
    ///   cannot be repaired.
    package static func run(
        volume: any Volume, actions: Set<Action> = [], label: String, isDryRun: Bool = false
    ) throws(LogError) -> RepairReport {
        let isReading = isDryRun || actions.isEmpty
        let lock = try LogError.wrapping { () throws(StorageError) in
            try volume.lock(isReading ? .shared : .exclusive)
        }
        defer { lock.release() }
        var repair = LogRepair(
            directory: (volume as? FileVolume)?.rootDirectory, volume: volume,
            indexes: LogVolume.indexes(of: volume) ?? MemoryIndexSource(),
            quarantine: Quarantine(label, in: volume), isDryRun: isReading)
        return try repair.run(actions)
    }

    private init(
        directory: String?, volume: any Volume, indexes: any IndexSource, quarantine: Quarantine,
        isDryRun: Bool
    ) {
        self.directory = directory
        self.volume = volume
        self.indexes = indexes
        self.quarantine = quarantine
        self.isDryRun = isDryRun
    }

    private mutating func run(_ actions: Set<Action>) throws(LogError) -> RepairReport {
        report.isDryRun = isDryRun
        let found = try RepairDiagnosis(volume: volume, indexes: indexes)
        report.findings = found.findings
        report.verification = found.verification
        // What opening would do by itself needs no repair: only what stops it is taken away.
        if actions.contains(.quarantine) {
            try replaceSegments(found)
        } else if actions.contains(.rebuildCatalog) {
            try rebuildCatalog(found)
        }
        if actions.contains(.quarantine) { try cutJournal(found) }
        if usesQuarantine { report.quarantine = quarantine.path }
        guard !isDryRun, !report.actions.isEmpty else { return report }
        let left = try RepairDiagnosis(volume: volume, indexes: indexes)
        report.findings = left.findings
        report.verification = left.verification
        if usesQuarantine { try quarantine.write(report) }
        return report
    }

    // MARK: The catalog

    private mutating func rebuildCatalog(_ found: RepairDiagnosis) throws(LogError) {
        if let gap = try found.census.gaps(upTo: found.segmentsEnd).first {
            throw .missingFile(path: gap.path)
        }
        try moveNeedless(found)
        report.actions.append(
            "make the catalog anew from \(found.census.sound.count) segments"
                + (found.hasCatalog ? " and move the old one aside" : ""))
        guard !isDryRun else {
            usesQuarantine = usesQuarantine || found.hasCatalog
            return
        }
        found.catalog?.close()
        try makeCatalog(found.census.sound, replacesOne: found.hasCatalog)
    }

    /// The new catalog is complete and on stable storage before the old one is moved.
    private mutating func makeCatalog(
        _ files: [SegmentFile], replacesOne: Bool
    ) throws(LogError) {
        // In memory it is made whenever the log is opened.
        guard let directory else { return }
        let replacement = IndexReplacement(
            of: Catalog.indexName, in: directory, from: indexes, aside: quarantine)
        let catalog = Catalog(try replacement.begin())
        do throws(LogError) {
            try CatalogRebuild.fold(files, into: catalog)
        } catch {
            catalog.close()
            throw error
        }
        catalog.close()
        if replacesOne { usesQuarantine = true }
        try replacement.finish(replacesOne: replacesOne)
    }

    // MARK: Segments

    private mutating func replaceSegments(_ found: RepairDiagnosis) throws(LogError) {
        let gaps = found.needsSegments ? try found.census.gaps(upTo: found.segmentsEnd) : []
        var replacements: [SegmentReplacement] = []
        for gap in gaps { replacements.append(try plan(gap, found)) }
        // A catalog that only lags behind is brought up to date by opening the log.
        let hasNeedless = found.needsSegments && !found.census.needless.isEmpty
        guard !gaps.isEmpty || found.catalogError != nil || hasNeedless else { return }
        try moveNeedless(found)
        guard !isDryRun else {
            usesQuarantine = usesQuarantine || found.hasCatalog
            report.actions.append("make the catalog anew from the segments")
            return
        }
        let known = found.census.numbers
        for (gap, replacement) in zip(gaps, replacements) {
            try replace(gap, by: replacement, present: gap.numbers.filter(known.contains))
        }
        found.catalog?.close()
        var files: [SegmentFile] = []
        let census = try SegmentCensus(volume: volume, known: nil)
        files = census.sound
        report.actions.append("make the catalog anew from \(files.count) segments")
        try makeCatalog(files, replacesOne: found.hasCatalog)
    }

    /// Moves damaged merged segments aside: what they were made of takes their place.
    private mutating func moveNeedless(_ found: RepairDiagnosis) throws(LogError) {
        for number in found.census.needless {
            let path = SegmentName(number: number).path
            report.actions.append("move \(path) aside: what it was merged from is there")
            usesQuarantine = true
            if !isDryRun { try quarantine.move(path) }
        }
    }

    /// What takes the place of lost segments, and what is lost with them.
    private mutating func plan(
        _ gap: SegmentCensus.Gap, _ found: RepairDiagnosis
    ) throws(LogError) -> SegmentReplacement {
        let streams = GapStreams(gap: gap, sound: found.census.sound)
        let outcome: GapStreams.Outcome
        if let catalog = found.catalog {
            outcome = try streams.fromCatalog(catalog)
        } else {
            outcome = try streams.fromSegment()
            report.notes.append(
                "without a catalog it is not known what LSN \(gap.first) to \(gap.last) did, "
                    + "beyond what other segments say: "
                    + "streams that were created, changed or deleted only "
                    + "there are as they were before, and producers of streams changed there may "
                    + "be taken for older than they are")
        }
        report.losses += outcome.losses
        let number = gap.numbers.first ?? (found.census.numbers.last ?? 0) + 1
        let present = gap.numbers.filter(found.census.numbers.contains)
        for number in present {
            report.actions.append("move \(SegmentName(number: number).path) aside")
        }
        if !present.isEmpty { usesQuarantine = true }
        report.actions.append(
            "write \(SegmentName(number: number).path) anew for LSN \(gap.first) to \(gap.last), "
                + (gap.file == nil
                    ? "without records" : "with its data as it is"))
        let header =
            gap.file?.header
            ?? SegmentHeader(
                number: number, id: Journal.newFileID(SystemRandom()), first: LSN(gap.first),
                last: LSN(gap.last), cut: gap.cut,
                wallMilliseconds: found.census.sound.last?.header.wallMilliseconds ?? 0)
        return SegmentReplacement(header: header, source: gap.file, streams: outcome.streams)
    }

    private mutating func replace(
        _ gap: SegmentCensus.Gap, by replacement: SegmentReplacement, present: [UInt32]
    ) throws(LogError) {
        let writing = try replacement.write(to: volume)
        for number in present { try quarantine.move(SegmentName(number: number).path) }
        let volume = self.volume
        try LogError.wrapping { () throws(StorageError) in
            try volume.rename(
                writing, to: SegmentName(number: replacement.header.number).path)
            try volume.syncDirectory(SegmentFormat.directory)
        }
    }

    // MARK: The journal

    private mutating func cutJournal(_ found: RepairDiagnosis) throws(LogError) {
        // What was made anew counts; a dry run has to do with what is there.
        let now =
            isDryRun ? found : try RepairDiagnosis(volume: volume, indexes: indexes)
        guard let (checkup, broken) = now.journal else { return }
        let cutter = JournalCutter(
            volume: volume, quarantine: quarantine, checkup: checkup, broken: broken)
        report.actions += cutter.plan
        usesQuarantine = true
        try JournalLoss(checkup: checkup, broken: broken).add(to: &report)
        now.catalog?.close()
        if !isDryRun { try cutter.perform() }
    }
}
