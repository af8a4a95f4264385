import Synchronization
import VarveBytes
package import VarvePlatform

/// A volume whose files are encrypted in the volume below it.
///
/// Contents and their changes are protected; names, sizes and times are not, nor is the volume's
/// lock. A file that was not encrypted is refused, one of another key too.
public final class EncryptedVolume: Volume {
    /// A file for as long as somebody uses it.
    private struct OpenedFile {
        private(set) weak var file: EncryptedBackend?

        init(_ file: EncryptedBackend) {
            self.file = file
        }
    }

    private let base: any Volume
    private let key: EncryptionKey
    private let random: any RandomSource
    private let observer: NonceObserver?
    /// The files that are open, by the name they have now: one backend each, so that each has one
    /// size and one writer. A poisoned one is not given out again.
    private let opened = Mutex<[String: OpenedFile]>([:])

    /// The encrypted files in `base` under `key`.
    public convenience init(_ base: any Volume, key: EncryptionKey) {
        self.init(base, key: key, random: SystemRandom())
    }

    /// A volume with another source of ids, whose bytes must never repeat, and whose uses of nonces
    /// are told to `observer`.
    package init(
        _ base: any Volume, key: EncryptionKey, random: any RandomSource,
        observer: NonceObserver? = nil
    ) {
        self.base = base
        self.key = key
        self.random = random
        self.observer = observer
    }

    /// The bytes of an encrypted file before its first contents.
    package static var headBytes: UInt64 { UInt64(EncryptedFormat.dataStart) }

    /// True when a file that begins with `bytes` is an encrypted one.
    package static func isEncrypted(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.prefix(8).elementsEqual(UnsafeRawBufferPointer(EncryptedFormat.magic))
    }

    public func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> any StorageBackend {
        try opened.withLock { (opened) throws(StorageError) in
            let below = try base.open(name, create: create)
            if let known = opened[name]?.file, !known.isPoisoned { return known }
            let file = try EncryptedBackend(
                below, name: name, key: key, random: random, observer: observer)
            opened = opened.filter { $0.value.file != nil }
            opened[name] = OpenedFile(file)
            return file
        }
    }

    public func list(_ directory: String) throws(StorageError) -> [String] {
        try base.list(directory)
    }

    public func remove(_ name: String) throws(StorageError) {
        try opened.withLock { (opened) throws(StorageError) in
            try base.remove(name)
            opened[name] = nil
        }
    }

    /// Gives a file another name; what is written to it afterwards uses a fresh nonce space.
    public func rename(_ from: String, to: String) throws(StorageError) {
        try opened.withLock { (opened) throws(StorageError) in
            try base.rename(from, to: to)
            guard from != to else { return }
            let moved = opened.removeValue(forKey: from)
            moved?.file?.moveToFreshSpace()
            opened[to] = moved
        }
    }

    public func makeDirectory(_ name: String) throws(StorageError) {
        try base.makeDirectory(name)
    }

    public func syncDirectory(_ directory: String) throws(StorageError) {
        try base.syncDirectory(directory)
    }

    public func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock {
        try base.lock(mode)
    }
}
