import VarveLog

/// The store's background work by the caller's hand, where the log is opened with
/// `WorkerMode.stepped`.
extension Store {
    /// Takes one turn of the thread: applies what is durable and gives back the space of what is
    /// dropped, as far as that works now.
    package func stepWorker() {
        _ = worker.step()
    }

    /// Whether somebody applies at this moment: who reads would wait for him.
    package var isApplying: Bool { applier.isApplying }

    /// Whether something is left to apply, which in a log of a weak mode may have to wait until
    /// that is synced.
    package var isBehind: Bool { applier.progress.isBehind(durable: log.durable) }
}
