package import VarveIndex
package import VarveStorage

/// Shows what a log's files hold, as values in order. Reads only; takes no lock.
///
/// Damage is shown where it is, and the rest goes on behind it where what follows can still be
/// told: at the next valid group of a journal file, group of streams or interval of a segment.
/// Memory does not grow with what is read.
public enum LogInspector {
    /// Calls `visit` for everything of the log in `directory` that `options` ask for, in order: the
    /// catalog, the segments, the journal.
    /// - Throws: `foreignFile`, `newerFormat`, `missingFile`, `io`, and what `visit` throws.
    public static func inspect(
        directory: String, options: InspectionOptions = InspectionOptions(),
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        let volume = try LogError.wrapping { () throws(StorageError) in
            try FileVolume(rootDirectory: directory, access: .readOnly, create: .never)
        }
        try inspect(volume: volume, options: options, visit)
    }

    /// The same for any volume.
    ///
    /// - Parameter indexes: where the catalog is; nil = where a log in `volume` has it. One in
    ///   memory is not shown.
    package static func inspect(
        volume: any Volume, indexes: (any IndexSource)? = nil,
        options: InspectionOptions = InspectionOptions(),
        _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        // First of all: a directory that is no log is refused before anything is shown.
        let journal = try JournalDirectory(reading: volume)
        var filter = StreamFilter(options.stream)
        if let indexes = indexes ?? LogVolume.indexes(of: volume), options.parts.contains(.catalog)
        {
            try CatalogInspector(indexes: indexes).inspect(&filter, visit)
        }
        if options.parts.contains(.segments) || options.showsRuns {
            try SegmentInspector(volume: volume, options: options).inspect(&filter, visit)
        }
        if options.parts.contains(.frames) {
            try JournalInspector(volume: volume, options: options).inspect(journal, &filter, visit)
        }
    }
}
