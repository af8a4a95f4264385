/// Told of the uses of simulated indexes, on the thread that uses them, before they happen: what it
/// does then is as if another thread had done it.
package protocol IndexObserver: AnyObject, Sendable {
    /// An index is about to be scanned.
    func indexWillBeScanned()
}
