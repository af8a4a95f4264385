import VarveIndex

/// Makes a catalog from segments: what it says is a fold of them.
enum CatalogRebuild {
    /// Takes `files`, which are in the order of the log and follow one another, into an empty
    /// catalog.
    static func fold(_ files: [SegmentFile], into catalog: Catalog) throws(LogError) {
        var mark = CatalogMark.nothing
        for file in files {
            let header = file.header
            guard header.first.rawValue == mark.cut.lsn + 1 else {
                throw .missingFile(
                    path: "\(SegmentFormat.directory): the segment with LSN \(mark.cut.lsn + 1) to "
                        + "\(header.first.rawValue - 1)")
            }
            var changes: [CatalogChange] = []
            try file.forEachStream { (stream) throws(LogError) in
                changes.append(
                    CatalogChange(
                        record: stream.record, entries: stream.entries, run: stream.run,
                        previous: try catalog.stream(stream.record.id)?.record))
            }
            mark = CatalogMark(
                cut: CutPoint(lsn: header.last.rawValue, place: header.cut),
                nextSegment: max(mark.nextSegment, header.number + 1),
                wallMilliseconds: max(mark.wallMilliseconds, header.wallMilliseconds))
            try catalog.apply(
                changes, segment: header.number, from: header.first, mark: mark)
        }
    }

    /// Opens the index `name`, or a new one in memory, as a catalog.
    static func open(_ name: String, in indexes: any IndexSource) throws(LogError) -> Catalog {
        try LogError.wrappingIndex { () throws(IndexError) in Catalog(try indexes.open(name)) }
    }
}
