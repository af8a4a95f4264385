/// The forks of every resident stream that has some: edges, never counts, so that doing a thing
/// twice is doing it once.
///
/// A stream's edges come with it when it is loaded and go when it is evicted; as its forks hold it,
/// it is there whenever one of them comes or goes. Thread rule: the lock of the directory that owns
/// it.
struct ForkTable {
    private var forks: [StreamID: Set<StreamID>] = [:]

    /// Adds the edge of `stream`, if it is a fork.
    mutating func insert(_ stream: LogStream) {
        guard let edge = stream.edge else { return }
        forks[edge.origin.source, default: []].insert(stream.id)
    }

    /// Removes the edge of `stream`, if it is a fork.
    mutating func remove(_ stream: LogStream) {
        guard let edge = stream.edge else { return }
        forks[edge.origin.source]?.remove(stream.id)
        if forks[edge.origin.source]?.isEmpty == true { forks[edge.origin.source] = nil }
    }

    /// Takes over the forks of a stream that was loaded.
    mutating func adopt(_ edges: [StreamID], of source: StreamID) {
        if !edges.isEmpty { forks[source] = Set(edges) }
    }

    /// Forgets the forks of a stream that is not resident any more.
    mutating func forget(_ source: StreamID) { forks[source] = nil }

    /// How many forks of `stream` there are.
    func count(of stream: StreamID) -> Int { forks[stream]?.count ?? 0 }
}
