import Synchronization
import VarveBytes
import VarveStorage

@testable import VarveLog

/// Every sealed block that was ever written, by what makes its key and nonce: the file's id, the
/// nonce space and the counter, as `docs/format.md` lays them out.
///
/// It reads the bytes on their way to the disk and shares nothing with the cipher.
final class SealedBlockLedger: Sendable {
    private struct Nonce: Hashable {
        let file: [UInt8]
        let spaceAndCounter: [UInt8]
    }

    private struct State {
        var contents: [Nonce: SHA256Digest] = [:]
        var contradictions = 0
        var recycled = 0
    }

    private let state = Mutex(State())

    /// How many nonces were seen.
    var count: Int { state.withLock { $0.contents.count } }

    /// How many blocks were written under the nonce of another block.
    var contradictions: Int { state.withLock { $0.contradictions } }

    /// How many journal files became spares.
    var recycled: Int { state.withLock { $0.recycled } }

    /// Notes what is written at `offset` of a file whose id is `file`.
    func note(_ bytes: [UInt8], at offset: UInt64, file: [UInt8]) {
        let isSlot = offset >= 4096 && offset < 12416
        var start = isSlot ? 16 : 0
        while start + 4144 <= bytes.count {
            let block = Array(bytes[start..<start + 4144])
            start += 4144
            guard block.contains(where: { $0 != 0 }) else { continue }
            let nonce = Nonce(file: file, spaceAndCounter: Array(block[..<24]))
            let digest = block.withUnsafeBytes { SHA256Hasher.hash($0) }
            state.withLock { state in
                let known = state.contents.updateValue(digest, forKey: nonce)
                if let known, known != digest { state.contradictions += 1 }
            }
        }
    }

    /// Notes a rename.
    func noteRename(_ from: String, to: String) {
        guard from.hasSuffix(".journal"), to.hasSuffix(".spare") else { return }
        state.withLock { $0.recycled += 1 }
    }
}

/// A volume that tells a ledger of everything that is written to its files.
final class RecordingVolume: Volume {
    private let base: any Volume
    private let ledger: SealedBlockLedger

    init(_ base: any Volume, _ ledger: SealedBlockLedger) {
        self.base = base
        self.ledger = ledger
    }

    func open(_ name: String, create: CreateMode) throws(StorageError) -> any StorageBackend {
        RecordingBackend(try base.open(name, create: create), ledger)
    }

    func list(_ directory: String) throws(StorageError) -> [String] { try base.list(directory) }

    func remove(_ name: String) throws(StorageError) { try base.remove(name) }

    func rename(_ from: String, to: String) throws(StorageError) {
        try base.rename(from, to: to)
        ledger.noteRename(from, to: to)
    }

    func makeDirectory(_ name: String) throws(StorageError) { try base.makeDirectory(name) }

    func syncDirectory(_ directory: String) throws(StorageError) {
        try base.syncDirectory(directory)
    }

    func lock(_ mode: LockMode) throws(StorageError) -> VolumeLock { try base.lock(mode) }
}

/// A file of a recording volume.
private final class RecordingBackend: StorageBackend {
    private let base: any StorageBackend
    private let ledger: SealedBlockLedger

    init(_ base: any StorageBackend, _ ledger: SealedBlockLedger) {
        self.base = base
        self.ledger = ledger
    }

    var size: UInt64 { base.size }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) {
        try base.read(at: offset, into: buffer)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        try note(Array(bytes), at: base.size)
        return try base.append(bytes)
    }

    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        try note(vectors.flatMap { Array($0) }, at: offset)
        try base.write(vectors, at: offset)
    }

    func flush() throws(StorageError) { try base.flush() }

    func sync() throws(StorageError) { try base.sync() }

    func truncate(to size: UInt64) throws(StorageError) { try base.truncate(to: size) }

    private func note(_ bytes: [UInt8], at offset: UInt64) throws(StorageError) {
        guard offset >= 4096, base.size >= 32 else { return }
        let id = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
        defer { id.deallocate() }
        try base.read(at: 16, into: id)
        ledger.note(bytes, at: offset, file: Array(id))
    }
}
