import Synchronization
import VarveBytes
import VarvePlatform

/// A backend whose bytes are encrypted in the backend below it: AES-256-GCM, block by block.
///
/// It keeps the contract of `StorageBackend`. Whatever somebody else changed below is an error that
/// names file and position. The format is in `docs/format.md`, "Encrypted files", and what it
/// protects against in `docs/decisions/encryption.md`.
//
// @unchecked Sendable: `writer` and `failure` are used under `changes`.
final class EncryptedBackend: StorageBackend, ImmediateReader, ReservingBackend,
    @unchecked Sendable
{
    private let file: SealedFile
    private let sizeNow: Atomic<UInt64>
    /// Held alone during every change.
    private let changes = ReadWriteLock()
    private let writer: BlockWriter
    /// The failure after which no other change is allowed.
    private var failure: StorageError?

    /// Opens what `base` holds; an empty one becomes an encrypted file with the first change.
    init(
        _ base: any StorageBackend, name: String, key: EncryptionKey, random: any RandomSource,
        observer: NonceObserver?
    ) throws(StorageError) {
        let keys = try Self.keys(of: base, name: name, key: key)
        file = SealedFile(base, name: name, keys: keys)
        var slots = RedoSlots()
        var blockCount: UInt64 = 0
        if keys != nil {
            blockCount = EncryptedFormat.blockCount(inFileOf: base.size)
            guard blockCount < EncryptedFormat.blockNumberMax else {
                throw file.damage(0, "the file is longer than a file can be")
            }
            let found = try RedoSlots.find(in: base)
            slots = RedoSlots(found: found)
            file.spare(try Self.tornBlocks(found.compactMap { $0 }, file, blockCount))
        }
        sizeNow = Atomic(try Self.size(of: file, blockCount: blockCount))
        writer = BlockWriter(
            file, key: key, random: random, observer: observer, slots: slots,
            blockCount: blockCount)
    }

    /// True after a change failed.
    var isPoisoned: Bool { changes.write { failure != nil } }

    var size: UInt64 { sizeNow.load(ordering: .acquiring) }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) {
        try checkRead(offset, buffer.count)
        do {
            try file.read(at: offset, into: buffer)
        } catch {
            // The file may have been cut meanwhile: then that is what is wrong.
            try checkRead(offset, buffer.count)
            throw error
        }
    }

    func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool {
        try checkRead(offset, buffer.count)
        guard buffer.count <= EncryptedFormat.immediateBytesMax else { return false }
        // A block that does not open may just be written: the reader that can wait finds out.
        if case .done = try file.attempt(at: offset, into: buffer, immediately: true) {
            return true
        }
        return false
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        try withUnsafePointer(to: bytes) { (pointer) throws(StorageError) in
            let vectors = UnsafeBufferPointer(start: pointer, count: 1)
            return try change { () throws(StorageError) in
                let offset = size
                try store(vectors, at: offset)
                return offset
            }
        }
    }

    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        try change(
            unless: { size in
                offset <= size ? nil : .writePastEnd(path: file.name, offset: offset, size: size)
            }
        ) { () throws(StorageError) in try store(vectors, at: offset) }
    }

    func flush() throws(StorageError) {
        try change { () throws(StorageError) in try file.base.flush() }
    }

    func sync() throws(StorageError) {
        try change { () throws(StorageError) in try writer.sync() }
    }

    func truncate(to size: UInt64) throws(StorageError) {
        try change(
            unless: { now in
                size <= now ? nil : .truncatePastEnd(path: file.name, requested: size, size: now)
            }
        ) { () throws(StorageError) in
            guard size < sizeNow.load(ordering: .relaxed) else { return }
            // Readers that begin now see the new size; those under way find out.
            sizeNow.store(size, ordering: .releasing)
            try writer.truncate(to: size)
        }
    }

    func reserve(_ byteCount: UInt64) throws(StorageError) {
        let blockBytes = UInt64(EncryptedFormat.blockBytes)
        let blocks = byteCount / blockBytes + (byteCount % blockBytes == 0 ? 0 : 1)
        guard let base = file.base as? any ReservingBackend,
            blocks < EncryptedFormat.blockNumberMax
        else { return }
        try change { () throws(StorageError) in
            try base.reserve(EncryptedFormat.place(ofBlock: blocks))
        }
    }

    /// Makes sure that what is written from now on shares no nonce space with what was before: for
    /// a file that goes on under another name.
    func moveToFreshSpace() {
        changes.write { writer.moveToFreshSpace() }
    }

    private func store(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        let count = vectors.reduce(0) { $0 + $1.count }
        let (end, overflowed) = offset.addingReportingOverflow(UInt64(count))
        guard !overflowed, end / UInt64(EncryptedFormat.blockBytes) < EncryptedFormat.blockNumberMax
        else { throw .outOfSpace(path: file.name) }
        try writer.write(vectors, count: count, at: offset)
        if end > sizeNow.load(ordering: .relaxed) { sizeNow.store(end, ordering: .releasing) }
    }

    /// Runs one change alone, unless `objection` has one for the size the file has then. A failure
    /// poisons the file and corrects the size to what is there; an objection does neither.
    private func change<R>(
        unless objection: (UInt64) -> StorageError? = { _ in nil },
        _ body: () throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try changes.write { () throws(StorageError) in
            if let failure { throw .poisoned(path: file.name, cause: failure) }
            if let error = objection(sizeNow.load(ordering: .relaxed)) { throw error }
            do throws(StorageError) {
                return try body()
            } catch {
                if case .readOnly = error { throw error }
                failure = error
                let count = EncryptedFormat.blockCount(inFileOf: file.base.size)
                if let actual = try? Self.size(of: file, blockCount: count) {
                    sizeNow.store(actual, ordering: .releasing)
                }
                throw error
            }
        }
    }

    private func checkRead(_ offset: UInt64, _ count: Int) throws(StorageError) {
        let size = self.size
        guard offset <= size, UInt64(count) <= size - offset else {
            throw .readPastEnd(path: file.name, offset: offset, count: count, size: size)
        }
    }

    // MARK: Opening

    private static func keys(
        of base: any StorageBackend, name: String, key: EncryptionKey
    ) throws(StorageError) -> FileKeys? {
        let size = base.size
        let count = Int(min(size, UInt64(EncryptedFormat.headerBytes)))
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { bytes.deallocate() }
        try base.read(at: 0, into: bytes)
        switch EncryptedHeader.find(UnsafeRawBufferPointer(bytes), size: size) {
        case .unused: return nil
        case .notEncrypted: throw .notEncrypted(path: name)
        case .newer(let version): throw .newerFormat(path: name, version: version)
        case .damaged:
            throw .damaged(
                path: name, offset: 0, count: UInt64(EncryptedFormat.headerBytes),
                detail: "the header of the encrypted file is damaged")
        case .header(let header):
            do throws(CryptoFailure) {
                let keys = try FileKeys(master: key, fileID: header.fileID)
                if keys.keyCheck == header.keyCheck { return keys }
            } catch {
                throw StorageError(error, path: name)
            }
            throw .wrongKey(path: name)
        }
    }

    /// The newest copies of blocks that do not open in their place.
    private static func tornBlocks(
        _ copies: [RedoSlots.Copy], _ file: SealedFile, _ blockCount: UInt64
    ) throws(StorageError) -> [UInt64: [UInt8]] {
        var torn: [UInt64: [UInt8]] = [:]
        let scratch = BlockScratch(blocks: 1)
        for copy in copies.sorted(by: { $0.sequence > $1.sequence })
        where copy.block < blockCount && torn[copy.block] == nil {
            file.spare([:])
            if isReadable(copy.block, file, scratch) { continue }
            file.spare([copy.block: copy.sealed])
            if isReadable(copy.block, file, scratch) { torn[copy.block] = copy.sealed }
        }
        return torn
    }

    private static func isReadable(
        _ block: UInt64, _ file: SealedFile, _ scratch: BlockScratch
    ) -> Bool {
        (try? file.contents(of: block, into: scratch.plain)) != nil
    }

    /// How many bytes of contents there are. A last block that does not open counts as a whole one:
    /// reading it is the error.
    private static func size(
        of file: SealedFile, blockCount: UInt64
    ) throws(StorageError) -> UInt64 {
        guard blockCount > 0 else { return 0 }
        let blockBytes = UInt64(EncryptedFormat.blockBytes)
        let scratch = BlockScratch(blocks: 1)
        do {
            let length = try file.contents(of: blockCount - 1, into: scratch.plain)
            return (blockCount - 1) * blockBytes + UInt64(length)
        } catch {
            guard case .damaged = error else { throw error }
            return blockCount * blockBytes
        }
    }
}
