/// Someone who must know when readers see more batches: an event loop's mailbox, for example.
///
/// Called once per commit that brought some, however many, by the thread that applied them; it must
/// not block and must not call the store.
package protocol StoreListener: AnyObject, Sendable {
    /// Readers see all batches up to that sequence.
    func storeAdvanced(to sequence: UInt64)
}
