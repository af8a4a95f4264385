import VarveIndex
package import VarveStorage

extension LogStatistics {
    /// Reads what the log in `volume` amounts to; takes no lock. O(streams), in bounded memory
    /// where there is a catalog to be read.
    ///
    /// - Parameter top: how many of the largest streams to name.
    package init(volume: any Volume, top: Int) throws(LogError) {
        // A directory that is no log is refused.
        _ = try JournalDirectory(reading: volume)
        try self.init(volume: volume, catalog: Self.catalog(of: volume), top: top)
    }

    init(volume: any Volume, catalog: Catalog, top: Int) throws(LogError) {
        settledLSN = try catalog.mark().cut.lsn
        var largest: [Stream] = []
        var records: UInt64 = 0
        var bytes: UInt64 = 0
        var streams: UInt64 = 0
        try catalog.forEachStream { (stream) throws(LogError) in
            let record = stream.record
            guard !record.isReserved else {
                reserved.records &+= record.tail.record &- record.start.record
                reserved.bytes &+= record.tail.byte &- record.start.byte
                return
            }
            streams += 1
            records &+= record.tail.record &- record.start.record
            bytes &+= record.tail.byte &- record.start.byte
            guard top > 0,
                largest.count < top || record.tail.byte > largest[largest.count - 1].bytes
            else { return }
            let place = largest.firstIndex { $0.bytes < record.tail.byte } ?? largest.count
            largest.insert(
                Stream(
                    name: String(decoding: record.name, as: UTF8.self),
                    records: record.tail.record, bytes: record.tail.byte), at: place)
            if largest.count > top { largest.removeLast() }
        }
        self.streams = streams
        self.records = records
        self.bytes = bytes
        self.largest = largest
        try addFiles(of: volume)
    }

    /// Adds what is on disk. A file that goes while this looks is left out.
    private mutating func addFiles(of volume: any Volume) throws(LogError) {
        let root = try LogError.wrapping { () throws(StorageError) in try volume.list("") }
        for directory in [Format.journalDirectory, SegmentFormat.directory, Catalog.indexName]
        where root.contains(directory) {
            let names = try LogError.wrapping { () throws(StorageError) in
                try volume.list(directory)
            }
            for name in names {
                guard let file = try? volume.open("\(directory)/\(name)", create: .never) else {
                    continue
                }
                switch directory {
                case Format.journalDirectory:
                    if JournalFileName(name)?.role == .journal {
                        journal.add(file.size)
                    } else {
                        spares.add(file.size)
                    }
                case SegmentFormat.directory: segments.add(file.size)
                default: catalog.add(file.size)
                }
            }
        }
        for number in try SegmentDirectory(reading: volume).numbers {
            guard let file = try? SegmentFile.open(volume: volume, number: number) else { continue }
            segmentRecordBytes &+= file.footer.byteCount
            segmentStoredBytes &+= file.footer.storedBytes
        }
    }

    /// The catalog of a log that is not open; made from the segments, in memory, where there is
    /// none to be read.
    private static func catalog(of volume: any Volume) throws(LogError) -> Catalog {
        if let indexes = LogVolume.indexes(of: volume),
            let catalog = try Catalog.openReadOnly(indexes)
        {
            return catalog
        }
        let catalog = try CatalogRebuild.open(Catalog.indexName, in: MemoryIndexSource())
        let census = try SegmentCensus(volume: volume, known: nil)
        try CatalogRebuild.fold(census.sound, into: catalog)
        return catalog
    }
}

extension EventLog {
    /// What the log amounts to, beside all traffic; waits for disks. O(streams).
    ///
    /// - Parameter top: how many of the largest streams to name.
    package func logStatistics(top: Int) throws(LogError) -> LogStatistics {
        try LogStatistics(volume: volume, catalog: catalog, top: top)
    }
}
