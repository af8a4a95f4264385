import VarvePlatform

/// The threads beside the event loops that do what may take long.
struct ServerPools {
    /// Those that read streams from disk.
    let reads: ReadPool
    /// The one for work that takes long, one piece after the other.
    let chores: ReadPool
    /// Those that work for the store; none of them when it is off.
    let store: ReadPool

    /// Starts them.
    init(readThreads: Int, storeThreads: Int) throws(SystemError) {
        reads = try ReadPool(threads: readThreads)
        do {
            chores = try ReadPool(threads: 1, name: "varve-chore")
        } catch {
            reads.stop()
            throw error
        }
        do {
            store = try ReadPool(threads: storeThreads, name: "varve-store")
        } catch {
            reads.stop()
            chores.stop()
            throw error
        }
    }

    /// Runs what is queued and ends the threads.
    func stop() {
        reads.stop()
        chores.stop()
        store.stop()
    }
}
