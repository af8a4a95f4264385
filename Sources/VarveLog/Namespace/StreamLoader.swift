import VarvePlatform

/// Finds streams that are not in memory in the catalog, and brings them there.
///
/// Of any stream at most one load is under way: who asks meanwhile waits for it. Since a stream
/// changes only while it is resident, what a load reads stands still. Thread rule: any thread; only
/// looking up names without waiting may be done on an event loop.
final class StreamLoader: Sendable {
    let catalog: Catalog
    let directory: StreamDirectory
    let fold: (any LogFold)?
    private let residentMax: Int
    /// Whether the fold is told of what is loaded.
    private let announces: Bool
    private let loading = Monitor<Set<StreamID>>([])

    /// How many places of the directory a load looks at to make room, and how many streams it
    /// evicts at most: more than come in, so that their number goes down.
    private static let evictionLook = 64
    private static let evictionsOfLoad = 4
    /// The same for each of the slices in which many streams are evicted.
    private static let lookOfSlice = 256
    private static let evictionsOfSlice = 64

    /// A loader of the streams of `catalog` into `directory`.
    ///
    /// - Parameters:
    ///   - residentMax: how many streams may stay in memory that nobody uses.
    ///   - announces: whether the fold is told of what is loaded; not while the log is opened.
    init(
        from catalog: Catalog, into directory: StreamDirectory, fold: (any LogFold)?,
        residentMax: Int = .max, announces: Bool = true
    ) {
        self.announces = announces
        self.catalog = catalog
        self.directory = directory
        self.fold = fold
        self.residentMax = residentMax
    }

    // MARK: Finding

    /// The stream of that name; loads it if need be.
    ///
    /// - Parameter blocking: whether to wait for the disk; loading always may. Unless, a stream
    ///   that is not resident throws `wouldBlock`, and so may a name that has none.
    func find(_ name: UnsafeRawBufferPointer, blocking: Bool) throws(LogError) -> LogStream? {
        while true {
            if let stream = directory.find(name) { return stream }
            guard let id = try settledStream(named: name, blocking: blocking) else { return nil }
            guard blocking else { throw .wouldBlock }
            // Not there after all when it was deleted in between, and perhaps created anew.
            if let stream = try load(id) { return stream }
        }
    }

    /// The stream that has that name in the catalog, unless it was deleted since.
    ///
    /// - Throws: `wouldBlock` if not `blocking` and the disk would have to be asked.
    func settledStream(
        named name: UnsafeRawBufferPointer, blocking: Bool
    ) throws(LogError) -> StreamID? {
        guard let id = try catalog.stream(named: name, blocking: blocking),
            !directory.isHidden(id)
        else { return nil }
        return id
    }

    // MARK: Loading

    /// The stream with that id, loaded unless it is resident; nil when it is deleted. May wait for
    /// the disk.
    func load(_ id: StreamID) throws(LogError) -> LogStream? {
        if let stream = begin(id) { return stream }
        defer { end(id) }
        if directory.isHidden(id) { return nil }
        while true {
            let ticket = directory.loadTicket
            guard let settled = try catalog.stream(id) else { return nil }
            let source = try settled.record.origin.map { (origin) throws(LogError) in
                try self.source(origin.source, of: id)
            }
            let stream = try settled.makeStream(fold: fold, source: source)
            let forks = try catalog.forks(of: id).map(\.fork)
            guard directory.insert(loaded: stream, forks: forks, ticket: ticket) else { continue }
            if announces { fold?.loaded(stream) }
            makeRoom()
            return stream
        }
    }

    private func source(_ id: StreamID, of fork: StreamID) throws(LogError) -> LogStream {
        guard let source = try load(id) else {
            throw .corruption(
                file: Catalog.indexName, byte: 0, count: 0,
                detail: "the source \(id) of the fork \(fork) is missing")
        }
        return source
    }

    /// The stream, when it is resident; nil when it is the caller's to load, who calls `end` then.
    private func begin(_ id: StreamID) -> LogStream? {
        loading.wait { loading -> LogStream?? in
            if let stream = directory.find(id) { return stream }
            return loading.insert(id).inserted ? .some(nil) : nil
        }
    }

    private func end(_ id: StreamID) {
        loading.withLock { underWay in
            underWay.remove(id)
            loading.broadcast()
        }
    }

    // MARK: Evicting

    /// Evicts a few idle streams if more are resident than may be; as a load does.
    private func makeRoom() {
        guard directory.residentCount > residentMax else { return }
        _ = directory.evict(
            atMost: Self.evictionsOfLoad, lookingAt: Self.evictionLook, mayEvict)
    }

    /// Evicts idle streams until no more are resident than may be, or none is idle; in slices, so
    /// that nobody waits long for the directory. As the settler does, whose work makes them idle.
    func evictIdle() {
        var looked = 0
        while directory.residentCount > residentMax {
            let excess = directory.residentCount - residentMax
            let (evicted, slots) = directory.evict(
                atMost: min(excess, Self.evictionsOfSlice), lookingAt: Self.lookOfSlice, mayEvict)
            // A fork that went may have been all that held its source.
            looked = evicted > 0 ? 0 : looked + min(Self.lookOfSlice, slots)
            // Twice around: the first look takes back what uses gave.
            if looked > 2 * slots { return }
        }
    }

    private func mayEvict(_ stream: LogStream) -> Bool { fold?.release(stream) ?? true }
}
