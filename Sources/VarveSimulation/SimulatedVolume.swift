import Synchronization
import VarveBytes
import VarvePlatform
public import VarveStorage

/// A volume that loses power when told to, and then keeps only what the contract of the bytes layer
/// promises and a random part of the rest.
///
/// What must be survived: bytes of a file written before its last successful `sync`, names before
/// the last `syncDirectory` of their directory. What may survive: each later write whole, as a
/// prefix, as some of its 512-byte sectors (zeros or older bytes in place of the others), or not
/// at all, each later truncation or not, each later change of a name or not; in any combination.
/// A rename is one step. After a failed sync nothing is promised for what it should have written,
/// even if a later sync succeeds.
public final class SimulatedVolume: Volume {
    private let state = Mutex(SimulatedDisk())

    /// An empty volume.
    public init() {}

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        let (file, boot) = try state.withLock { (disk) throws(StorageError) in
            (try disk.open(name, create: create), disk.boot)
        }
        return SimulatedBackend(volume: self, file: file, boot: boot, name: name)
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try state.withLock { (disk) throws(StorageError) in try disk.names.list(directory) }
    }

    public func remove(_ name: String) throws(StorageError) {
        try state.withLock { (disk) throws(StorageError) in try disk.remove(name) }
    }

    public func rename(_ from: String, to: String) throws(StorageError) {
        try state.withLock { (disk) throws(StorageError) in try disk.rename(from, to: to) }
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try state.withLock { (disk) throws(StorageError) in try disk.makeDirectory(name) }
    }

    public func syncDirectory(_ directory: String) throws(StorageError) {
        try state.withLock { (disk) throws(StorageError) in try disk.syncDirectory(directory) }
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        let boot = try state.withLock { (disk) throws(StorageError) in
            try disk.locks.take(mode, directory: "simulation")
            return disk.boot
        }
        return VolumeLock { [self] _ in
            state.withLock { disk in
                // A lock from before a crash ended with it.
                if disk.boot == boot { disk.locks.giveBack(mode) }
            }
        }
    }

    /// Ends every use of the volume as a crash does: backends and locks from before are dead, and
    /// what is on disk is what `outcome` leaves of it.
    package func crash(_ outcome: CrashOutcome) {
        state.withLock { $0.crash(outcome) }
    }

    /// A checksum of every file that has a name, as everybody reads it now.
    package func digests() -> [String: UInt32] {
        state.withLock { disk in
            disk.names.files.mapValues { number in
                disk.files[number, default: SimulatedFile()].live.withUnsafeBytes {
                    CRC32C.value($0, seed: UInt32($0.count & 0xffff_ffff))
                }
            }
        }
    }

    /// Inverts one bit of a file on disk, as a failing device does.
    package func flipBit(in name: String, byte: UInt64, bit: Int) throws(StorageError) {
        try state.withLock { (disk) throws(StorageError) in
            try disk.flipBit(in: name, byte: byte, bit: bit)
        }
    }

    /// Runs one operation of a backend that was opened after boot number `boot`.
    func withFile<R: Sendable>(
        _ backend: SimulatedBackend, _ operation: String,
        _ body: (inout SimulatedFile) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try state.withLock { (disk) throws(StorageError) in
            guard disk.boot == backend.boot else {
                throw .io(
                    operation: operation, path: backend.name, code: ErrorNumber.inputOutput)
            }
            return try body(&disk.files[backend.file, default: SimulatedFile()])
        }
    }
}
