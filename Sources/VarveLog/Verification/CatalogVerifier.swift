import VarveBytes
import VarveStorage

/// Checks the catalog of a log against its segments: that it can be read, that the segments it
/// counts on are there, and that it says of the streams what they say. Reads only.
///
/// It is opened before the segments are looked at: beside a server they may be ahead of it by
/// then, never behind. A log that keeps its catalog in memory has nothing to check.
struct CatalogVerifier {
    /// How far the catalog says that the log is settled.
    private(set) var mark = CatalogMark.nothing
    /// The catalog; nil when there is none, or it cannot be read.
    private(set) var catalog: Catalog?

    /// The segments that it counts on.
    private var known: [UInt32] = []
    /// Why it cannot be read.
    private var failure: LogError?

    /// How often it is opened anew while a server changes its files.
    private static let attemptsMax = 8

    /// Opens the catalog of the log in `volume`, if there is one.
    init(of volume: any Volume) throws(LogError) {
        guard let indexes = LogVolume.indexes(of: volume) else { return }
        for _ in 0..<Self.attemptsMax {
            let names = try Self.files(of: volume)
            do throws(LogError) {
                let found = try Catalog.openReadOnly(indexes)
                mark = try found?.mark() ?? .nothing
                known = try found?.segments().map(\.number) ?? []
                catalog = found
                failure = nil
                return
            } catch {
                failure = error
            }
            guard try Self.files(of: volume) != names else { return }
        }
    }

    /// The names of the catalog's files.
    static func files(of volume: any Volume) throws(LogError) -> [String] {
        try LogError.wrapping { () throws(StorageError) in
            try volume.list("").contains(Catalog.indexName)
                ? try volume.list(Catalog.indexName).sorted() : []
        }
    }

    /// What is wrong with the catalog, or with the segments as it knows them, given what was found
    /// of these. The first damage of its streams alone is told.
    func damages(
        beside settled: SegmentVerifier, streams isWhole: Bool
    ) -> [VerificationReport.Damage] {
        if let failure {
            return [Self.damage(failure)]
        }
        guard let catalog else { return [] }
        let missing = known.filter { !settled.numbers.contains($0) }
        guard missing.isEmpty else {
            return missing.map {
                let path = SegmentName(number: $0).path
                return VerificationReport.Damage(.missingFile(path: path), in: path)
            }
        }
        // What cannot be read of the segments is told of already.
        guard settled.damages.isEmpty, mark.cut.lsn >= settled.cut.lsn else { return [] }
        guard mark.cut == settled.cut else {
            return [
                Self.damage(
                    "it is settled through LSN \(mark.cut.lsn), the segments end with LSN "
                        + "\(settled.cut.lsn)")
            ]
        }
        guard isWhole else { return [] }
        do throws(LogError) {
            return try Self.contradiction(catalog, settled.streams).map { [$0] } ?? []
        } catch {
            return [Self.damage(error)]
        }
    }

    /// The first stream of which the catalog says something else than the segments.
    private static func contradiction(
        _ catalog: Catalog, _ streams: [UInt64: ChainCheck.Progress]
    ) throws(LogError) -> VerificationReport.Damage? {
        var found: VerificationReport.Damage?
        var count = 0
        try catalog.forEachStream { (stream) throws(LogError) in
            let record = stream.record
            count += 1
            guard found == nil else { return }
            guard let progress = streams[record.id.rawValue] else {
                found = damage("it has stream \(record.id), which no segment has", record)
                return
            }
            let end = StreamPosition(record: progress.record, byte: progress.byte)
            guard record.incarnation == progress.incarnation, record.tail == end,
                record.head == progress.head, record.isClosed == progress.isClosed
            else {
                found = damage(
                    "it says that stream \(record.id) ends at \(record.tail) with head "
                        + "\(record.head.hex); in the segments it ends at \(end) with head "
                        + "\(progress.head.hex)", record)
                return
            }
            // The name of one that only forks keep may be another's by now.
            guard !record.isRetired else { return }
            let named = try record.name.span.withUnsafeBytes { (name) throws(LogError) in
                try catalog.stream(named: name, blocking: true)
            }
            if named != record.id {
                found = damage("it does not find stream \(record.id) by its name", record)
            }
        }
        if found == nil, count != streams.count {
            found = damage("it has \(count) streams, the segments have \(streams.count)")
        }
        return found
    }

    private static func damage(_ error: LogError) -> VerificationReport.Damage {
        // What the database names are places of its own.
        guard case .corruption(_, _, _, let detail) = error else {
            return damage(error.description)
        }
        return damage("it cannot be read: \(detail)")
    }

    private static func damage(
        _ detail: String, _ record: StreamRecord? = nil
    ) -> VerificationReport.Damage {
        VerificationReport.Damage(
            file: Catalog.indexName,
            stream: record.map { String(decoding: $0.name, as: UTF8.self) },
            record: record?.tail.record, byte: 0, count: 0, detail: detail)
    }
}
