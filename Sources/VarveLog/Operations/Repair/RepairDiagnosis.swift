import VarveIndex
import VarveStorage

/// What is wrong with a log, as opening it would find it, and what verifying would find beyond
/// that. Reads only.
struct RepairDiagnosis {
    /// The segments.
    let census: SegmentCensus
    /// The catalog, if all of it can be read.
    private(set) var catalog: Catalog?
    /// Why it cannot; nil when it can, or when there is none.
    private(set) var catalogError: LogError?
    /// True when there is one, whatever it holds.
    private(set) var hasCatalog = true
    /// Where the journal stops being readable; nil when it does not, or when that cannot be told
    /// before the segments are there again.
    private(set) var journal: (checkup: JournalCheckup, broken: JournalBreak)?
    /// Everything that is wrong.
    private(set) var findings: [RepairReport.Finding] = []
    /// What verifying found; nil when the log does not open.
    private(set) var verification: VerificationReport?
    /// How far the catalog says that the log is settled.
    private var mark = CatalogMark.nothing
    /// True when the catalog does not know all segments.
    private var isBehind = false

    /// Looks at a log.
    ///
    /// - Throws: `foreignFile`, `newerFormat`, `olderFormat`, `io`.
    init(volume: any Volume, indexes: any IndexSource) throws(LogError) {
        let found = try JournalDirectory(reading: volume)
        var known: [UInt32]?
        do throws(LogError) {
            catalog = try Catalog.openReadOnly(indexes)
            hasCatalog = catalog != nil
            mark = try catalog?.mark() ?? .nothing
            known = try catalog?.segments().map(\.number)
            try catalog?.forEachStream { _ in }
        } catch {
            catalogError = error
            catalog?.close()
            catalog = nil
            known = nil
            mark = .nothing
        }
        census = try SegmentCensus(volume: volume, known: known)
        isBehind = census.numbers.contains { !(known ?? []).contains($0) }
        noteCatalog()
        noteSegments()
        try checkJournal(found, volume)
        try noteRest(volume)
    }

    /// Where the segments should end.
    var segmentsEnd: CutPoint { mark.cut.lsn > census.end.lsn ? mark.cut : census.end }

    /// Whether opening has to read the segments: without a catalog that knows them all.
    var needsSegments: Bool {
        catalog == nil || isBehind || !census.missing.isEmpty
    }

    private mutating func noteCatalog() {
        guard let catalogError else { return }
        findings.append(
            .init(
                place: Catalog.indexName, problem: catalogError.description, stopsOpening: true,
                advice: Self.catalogAdvice))
    }

    private static let catalogAdvice = "varve repair --rebuild-catalog: nothing is lost by it"

    private mutating func noteSegments() {
        for number in census.missing {
            let path = SegmentName(number: number).path
            findings.append(
                .init(
                    place: path, problem: LogError.missingFile(path: path).description,
                    stopsOpening: true, advice: Self.segmentAdvice))
        }
        for (number, error) in census.unusable {
            findings.append(
                .init(
                    place: SegmentName(number: number).path, problem: error.description,
                    stopsOpening: needsSegments,
                    advice: census.needless.contains(number)
                        ? Self.needlessAdvice : Self.segmentAdvice))
        }
        // Without a catalog nobody counted on what is missing, but its neighbours show the gap.
        guard census.missing.isEmpty, census.unusable.isEmpty, needsSegments,
            let gap = try? census.gaps(upTo: segmentsEnd).first
        else { return }
        findings.append(
            .init(
                place: SegmentFormat.directory,
                problem: LogError.missingFile(path: gap.path).description, stopsOpening: true,
                advice: Self.segmentAdvice))
    }

    private static let segmentAdvice =
        "put the file back from a backup, it never changes; without one, varve repair "
        + "--quarantine gives its records up and keeps all others"

    private static let needlessAdvice =
        "varve repair --rebuild-catalog: what it was merged from is there, and nothing is lost by "
        + "that; or put the file back from a backup"

    private mutating func checkJournal(
        _ found: JournalDirectory, _ volume: any Volume
    ) throws(LogError) {
        // What the journal goes on from has to be known.
        guard findings.allSatisfy({ !$0.stopsOpening }) || catalogOfSegments != nil else { return }
        let streams: Catalog
        if let catalog, !isBehind {
            streams = catalog
        } else {
            streams = try CatalogRebuild.open(Catalog.indexName, in: MemoryIndexSource())
            do throws(LogError) {
                try CatalogRebuild.fold(census.sound, into: streams)
            } catch {
                return
            }
        }
        let cut = catalog != nil && !isBehind ? mark.cut : census.end
        let result = try JournalCheckup.run(
            volume: volume, found: found, cut: cut, isNew: !hasCatalog, catalog: streams)
        guard let broken = result.break else { return }
        journal = (result.checkup, broken)
        findings.append(
            .init(
                place: Format.journalDirectory, problem: broken.error.description,
                stopsOpening: true,
                advice: "restore a backup; without one, varve repair --quarantine ends the log "
                    + "with LSN \(broken.firstLost - 1) and says what is lost"))
    }

    /// The catalog, where it can stand for the segments.
    private var catalogOfSegments: Catalog? { catalogError == nil && !isBehind ? catalog : nil }

    /// Adds what does not keep the log from being opened.
    private mutating func noteRest(_ volume: any Volume) throws(LogError) {
        guard opens else { return }
        let report = try LogVerifier.verify(volume: volume)
        verification = report
        for damage in report.damages {
            let who = damage.stream.map { ", stream \($0)" } ?? ""
            let record = damage.record.map { ", record \($0)" } ?? ""
            findings.append(
                .init(
                    place: damage.file,
                    problem: "\(damage.file)\(who)\(record) is damaged at byte \(damage.byte), "
                        + "\(damage.count) bytes: \(damage.detail)",
                    stopsOpening: false,
                    advice: damage.file == Catalog.indexName
                        ? Self.catalogAdvice
                        : "the log opens, and reads of what is damaged are errors; put the file "
                            + "back from a backup, a segment never changes"))
        }
    }

    private var opens: Bool { !findings.contains { $0.stopsOpening } }
}
