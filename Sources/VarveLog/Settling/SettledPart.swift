import VarveIndex
import VarveStorage

/// The settled part of a log that is being opened: its catalog, checked against the segments.
///
/// Segments that the catalog does not know are rolled forward into it; a catalog that is not there
/// is made again from all of them. Thread rule: the opening thread.
struct SettledPart {
    /// The settled streams. For reading only until `openForWriting`.
    private(set) var catalog: Catalog
    /// How far the log is settled.
    var mark: CatalogMark
    /// Whether there is a catalog, and so a log.
    let hasCatalog: Bool

    private let volume: any Volume
    private let indexes: any IndexSource
    private let unfinished: [SegmentName]
    /// The segments whose LSNs are in others, which can be read.
    private var leftovers: [SegmentName] = []
    /// How many there are whose LSNs are in one that cannot be read: perhaps all that is left.
    private var keptCount = 0
    /// How many files could not be removed that are no part of the log.
    private(set) var filesLeft = 0
    private var isWritable: Bool

    /// Opens the catalog; changes nothing on disk unless segments must be rolled forward.
    ///
    /// - Throws: `missingFile` that names a segment, `corruption`, `foreignFile`, `io`.
    init(
        volume: any Volume, indexes: any IndexSource
    ) throws(LogError) {
        self.volume = volume
        self.indexes = indexes
        let found = try SegmentDirectory(reading: volume)
        unfinished = found.unfinished
        if let catalog = try Catalog.openReadOnly(indexes) {
            self.catalog = catalog
            hasCatalog = true
            isWritable = false
        } else {
            // Nothing was settled, or what knew of it is lost: an empty one is the same.
            catalog = try Self.open(MemoryIndexSource())
            hasCatalog = false
            isWritable = false
        }
        mark = try catalog.mark()
        let known = try catalog.segments().map(\.number)
        if let missing = known.first(where: { !found.numbers.contains($0) }) {
            throw .missingFile(path: SegmentName(number: missing).path)
        }
        let knownNumbers = Set(known)
        let unknown = found.numbers.filter { !knownNumbers.contains($0) }
        guard !unknown.isEmpty else { return }
        catalog.close()
        catalog = try Self.open(indexes)
        isWritable = true
        try rollForward(unknown, known: knownNumbers)
    }

    /// Makes the catalog writable: everything was found right.
    mutating func openForWriting() throws(LogError) {
        let volume = self.volume
        filesLeft =
            keptCount + (unfinished + leftovers).count { (try? volume.remove($0.path)) == nil }
        guard !isWritable else { return }
        // The other one goes first: it may keep files that this one replaces.
        catalog.close()
        catalog = try Self.open(indexes)
        isWritable = true
    }

    private static func open(_ indexes: any IndexSource) throws(LogError) -> Catalog {
        try LogError.wrappingIndex { () throws(IndexError) in
            Catalog(try indexes.open(Catalog.indexName))
        }
    }

    // MARK: Rolling forward

    /// Applies segments that were complete before the catalog knew of them, in the order of the
    /// log, and finds those whose LSNs are in others.
    private mutating func rollForward(
        _ numbers: [UInt32], known: Set<UInt32>
    ) throws(LogError) {
        // Their names may not be on stable storage: the process may have died just before it made
        // them so. What follows relies on them.
        let volume = self.volume
        try LogError.wrapping { () throws(StorageError) in
            try volume.syncDirectory("")
            try volume.syncDirectory(SegmentFormat.directory)
        }
        var files: [SegmentFile] = []
        for number in numbers { files.append(try SegmentFile.open(volume: volume, number: number)) }
        files.sort { $0.precedes($1) }
        var known = known
        var others: [SegmentFile] = []
        for file in files {
            let first = file.header.first.rawValue
            guard first > mark.cut.lsn else {
                others.append(file)
                continue
            }
            guard first == mark.cut.lsn + 1 else { throw missing(upTo: first - 1) }
            try rollForward(file)
            known.insert(file.header.number)
        }
        try takePlaces(others, known: known)
    }

    /// Lets the merged ones among `files`, which begin with LSNs that the catalog has by now, take
    /// the place of what they supersede; the others are in merged ones.
    ///
    /// A merged segment may reach further than the catalog did: it supersedes segments that have
    /// just been rolled forward. Its number is higher than theirs.
    private mutating func takePlaces(
        _ files: [SegmentFile], known: Set<UInt32>
    ) throws(LogError) {
        var known = known
        var leftovers: [UInt32] = []
        for file in files.sorted(by: { $0.header.number < $1.header.number }) {
            let last = file.header.last.rawValue
            guard last <= mark.cut.lsn else { throw missing(upTo: last) }
            let superseded = file.footer.superseded
            if !superseded.isEmpty, known.isSuperset(of: superseded) {
                try finishMerge(file)
                known.subtract(superseded)
                known.insert(file.header.number)
                leftovers += superseded
            } else {
                leftovers.append(file.header.number)
            }
        }
        let names = leftovers.map { SegmentName(number: $0) }
        if names.isEmpty || known.allSatisfy(isReadable) {
            self.leftovers = names
        } else {
            keptCount = names.count
        }
    }

    /// Whether the parts of a segment can be read that say what it has. A merged one is looked at
    /// before those go that it was made of: without them nothing could take its place.
    private func isReadable(_ number: UInt32) -> Bool {
        guard let file = try? SegmentFile.open(volume: volume, number: number) else { return false }
        return file.footer.superseded.isEmpty || (try? file.forEachStream { _ in }) != nil
    }

    /// The error for LSNs behind those that the catalog has.
    private func missing(upTo lsn: UInt64) -> LogError {
        .missingFile(
            path: "\(SegmentFormat.directory): the segment with LSN \(mark.cut.lsn + 1) to \(lsn)")
    }

    /// Does again what makes a merged segment take the place of those it supersedes: a crash may
    /// have left a part of it.
    private mutating func finishMerge(_ file: SegmentFile) throws(LogError) {
        let catalog = self.catalog
        let superseded = Set(file.footer.superseded)
        var changes: [SegmentMerge.Change] = []
        try file.forEachStream { (stream) throws(LogError) in
            let id = stream.record.id
            let old = try catalog.runs(of: id).filter { superseded.contains($0.segment) }
            changes.append(
                SegmentMerge.Change(
                    id: id, name: stream.record.name, old: old, new: stream.run))
        }
        mark.nextSegment = max(mark.nextSegment, file.header.number + 1)
        try catalog.merge(
            changes, into: file.header.number, from: file.header.first,
            superseding: file.footer.superseded, mark: mark)
    }

    private mutating func rollForward(_ file: SegmentFile) throws(LogError) {
        var changes: [CatalogChange] = []
        let catalog = self.catalog
        try file.forEachStream { (stream) throws(LogError) in
            changes.append(
                CatalogChange(
                    record: stream.record, entries: stream.entries, run: stream.run,
                    previous: try catalog.stream(stream.record.id)?.record))
        }
        mark = CatalogMark(
            cut: CutPoint(lsn: file.header.last.rawValue, place: file.header.cut),
            nextSegment: max(mark.nextSegment, file.header.number + 1),
            wallMilliseconds: max(mark.wallMilliseconds, file.header.wallMilliseconds))
        try catalog.apply(
            changes, segment: file.header.number, from: file.header.first, mark: mark)
    }
}
