import Synchronization

/// Streams as the last cut left them, kept from one settling to the next: a stream that is written
/// to all the time is loaded from the catalog once.
///
/// They are the settler's own; the streams that others use are ahead of them. Thread rule: the
/// settler's thread.
final class ShadowStreams: Sendable {
    /// A stream and what the catalog has of it.
    struct Shadow: Sendable {
        /// The stream, without runs and extents.
        var stream: LogStream
        /// Its record.
        var record: StreamRecord
        /// How many entries of its state it was loaded and saved with, at most.
        var entryCount: Int
    }

    /// The most streams kept.
    private static let countMax = 16_384
    /// Streams with more state are loaded each time: memory must not follow it.
    private static let entriesMax = 64
    private static let coreBytesMax = 1024

    private let catalog: Catalog
    private let fold: (any LogFold)?
    // Never contended.
    private let kept = Mutex<[UInt64: Shadow]>([:])

    /// The shadows of the streams in `catalog`; none is kept yet.
    init(catalog: Catalog, fold: (any LogFold)?) {
        self.catalog = catalog
        self.fold = fold
    }

    /// Takes the shadow of that stream out, or loads it; nil when the catalog has none.
    func take(_ id: StreamID) throws(LogError) -> Shadow? {
        if let shadow = kept.withLock({ $0.removeValue(forKey: id.rawValue) }) { return shadow }
        guard let saved = try catalog.state(of: id) else { return nil }
        return Shadow(
            stream: try saved.makeStream(fold: fold, source: nil), record: saved.record,
            entryCount: saved.entries.count)
    }

    /// Keeps the shadows that a settling took and that the catalog has as they are now; the others
    /// were not written to lately and go.
    func keep(_ shadows: [Shadow]) {
        kept.withLock { kept in
            kept.removeAll(keepingCapacity: true)
            for shadow in shadows where kept.count < Self.countMax && !shadow.record.isDeleted {
                guard shadow.entryCount <= Self.entriesMax,
                    shadow.record.core.count <= Self.coreBytesMax
                else { continue }
                fold?.forgetChanges(of: shadow.stream)
                kept[shadow.record.id.rawValue] = shadow
            }
        }
    }

    /// Forgets all: a settling that failed may have changed them.
    func forget() {
        kept.withLock { $0 = [:] }
    }
}
