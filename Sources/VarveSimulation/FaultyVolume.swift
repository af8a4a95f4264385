public import VarveStorage

/// A volume whose operations fail as a plan says; everything else goes to the volume behind it.
///
/// A failed write may have written a part, a failed sync has lost what it should have written
/// (where the volume behind can act that out), and either poisons its file, as real ones do.
public final class FaultyVolume: Volume {
    private let base: any Volume
    private let plan: FaultPlan

    /// A volume in front of `base` that fails as `plan` says.
    package init(_ base: any Volume, plan: FaultPlan) {
        self.base = base
        self.plan = plan
    }

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try check(create == .never ? .open : .create, name)
        return FaultyBackend(try base.open(name, create: create), plan: plan, name: name)
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try base.list(directory)
    }

    public func remove(_ name: String) throws(StorageError) {
        try check(.name, name)
        try base.remove(name)
    }

    public func rename(_ from: String, to: String) throws(StorageError) {
        try check(.name, from)
        try base.rename(from, to: to)
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try check(.name, name)
        try base.makeDirectory(name)
    }

    public func syncDirectory(_ directory: String) throws(StorageError) {
        try check(.syncDirectory, directory)
        try base.syncDirectory(directory)
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        try base.lock(mode)
    }

    private func check(_ operation: FaultPlan.Operation, _ name: String) throws(StorageError) {
        if let fault = plan.begin(operation, name) { throw fault.error(operation, path: name) }
    }
}
