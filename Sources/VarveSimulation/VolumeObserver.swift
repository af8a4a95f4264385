/// Someone who is told of a faulty volume's operations: to write them down, or to do at that moment
/// what another thread could.
///
/// Thread rule: called by whoever uses the volume, outside every lock of the volume and its plan.
package protocol VolumeObserver: AnyObject, Sendable {
    /// An operation on the file or directory `name` is about to begin; it may still fail.
    func willBegin(_ operation: FaultPlan.Operation, _ name: String)
}
