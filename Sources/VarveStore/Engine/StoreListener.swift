/// Someone who must know when readers see more batches: an event loop's mailbox, for example.
///
/// Called by the thread that applies, which it must not hold up, and must not call the store.
package protocol StoreListener: AnyObject, Sendable {
    /// Readers see all batches up to that sequence. Once per commit that brought some, however
    /// many.
    func storeAdvanced(to sequence: UInt64)
    /// The index cannot follow the log: reads of the store fail, and this is why. It is tried
    /// again, by whoever reads and by the store itself. Once, until it follows again.
    func storeStalled(_ error: StoreError)
    /// The index follows the log again.
    func storeResumed()
}

extension StoreListener {
    /// Does nothing.
    package func storeStalled(_ error: StoreError) {}
    /// Does nothing.
    package func storeResumed() {}
}
