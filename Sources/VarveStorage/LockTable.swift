import VarvePlatform

/// Who holds a volume that is not on disk.
package struct LockTable {
    private var exclusive = 0
    private var shared = 0

    /// Nobody holds it.
    package init() {}

    /// Takes the volume, or throws `locked`.
    package mutating func take(_ mode: LockMode, directory: String) throws(StorageError) {
        guard exclusive == 0, mode == .shared || shared == 0 else {
            let owner = exclusive > 0 ? Machine.processIdentifier : nil
            throw .locked(directory: directory, pid: owner)
        }
        if mode == .exclusive { exclusive += 1 } else { shared += 1 }
    }

    /// Gives back what `take` took.
    package mutating func giveBack(_ mode: LockMode) {
        if mode == .exclusive { exclusive -= 1 } else { shared -= 1 }
        precondition(exclusive >= 0 && shared >= 0, "only a lock that was taken is given back")
    }
}
