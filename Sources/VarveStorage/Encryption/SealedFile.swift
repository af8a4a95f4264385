import Synchronization
import VarveBytes
import VarvePlatform

/// The blocks of an encrypted file as they lie in the file below, for reading.
///
/// Thread rule: any thread may call anything. Readers take no lock unless a block does not open:
/// it may just be written, so it is read again while nothing is.
final class SealedFile: Sendable {
    /// How a read without waiting ended.
    enum Attempt {
        /// The bytes are there.
        case done
        /// The file below would have to wait for a disk.
        case wouldBlock
        /// A block did not open.
        case refused(StorageError)
    }

    let base: any StorageBackend
    /// The name, for messages.
    let name: String
    /// Held shared to read what nobody is writing, and alone to write.
    let placing = ReadWriteLock()
    /// Nil while nothing was ever stored.
    private let keysNow: Mutex<FileKeys?>
    /// Blocks that a loss of power tore and of which a redo slot has a copy, until it is put back.
    private let spared = Mutex<[UInt64: [UInt8]]>([:])

    init(_ base: any StorageBackend, name: String, keys: FileKeys?) {
        self.base = base
        self.name = name
        keysNow = Mutex(keys)
    }

    /// The file's keys; nil while nothing was ever stored.
    var keys: FileKeys? { keysNow.withLock { $0 } }

    /// Sets the keys once the file has a header.
    func setKeys(_ keys: FileKeys) { keysNow.withLock { $0 = keys } }

    /// Copies of torn blocks by their number.
    var sparedBlocks: [UInt64: [UInt8]] { spared.withLock { $0 } }

    /// Says which blocks are to be taken from copies.
    func spare(_ blocks: [UInt64: [UInt8]]) { spared.withLock { $0 = blocks } }

    /// Reads contents that are all below the size.
    func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        switch try attempt(at: offset, into: buffer, immediately: false) {
        case .done, .wouldBlock: return
        case .refused: break
        }
        let second = try placing.read { () throws(StorageError) in
            try attempt(at: offset, into: buffer, immediately: false)
        }
        if case .refused(let error) = second { throw error }
    }

    /// Reads contents once, without taking a lock.
    func attempt(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer, immediately: Bool
    ) throws(StorageError) -> Attempt {
        guard let keys, !buffer.isEmpty else { return .done }
        let blockBytes = UInt64(EncryptedFormat.blockBytes)
        let scratch = BlockScratch(
            blocks: Int((offset + UInt64(buffer.count) - 1) / blockBytes - offset / blockBytes) + 1)
        var opener = BlockOpener(keys)
        var done = 0
        while done < buffer.count {
            let position = offset + UInt64(done)
            let first = position / blockBytes
            let last = (offset + UInt64(buffer.count) - 1) / blockBytes
            let count = Int(min(last - first + 1, UInt64(scratch.blocksMax)))
            guard try load(first, count, into: scratch, immediately) else { return .wouldBlock }
            for index in 0..<count {
                let start = Int((offset + UInt64(done)) % blockBytes)
                let wanted = min(EncryptedFormat.blockBytes - start, buffer.count - done)
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[done..<done + wanted])
                if let error = try open(
                    first + UInt64(index), scratch.sealed(index), from: start, scratch: scratch,
                    with: &opener, into: target)
                {
                    return .refused(error)
                }
                done += wanted
            }
        }
        return .done
    }

    /// The contents of one block in `plain`, zero behind them; how many bytes they have.
    func contents(
        of number: UInt64, into plain: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        guard let keys else { return 0 }
        let scratch = BlockScratch(blocks: 1)
        var opener = BlockOpener(keys)
        _ = try load(number, 1, into: scratch, false)
        switch try outcome(number, scratch.sealed(0), with: &opener, into: plain) {
        case .contents(let length): return length
        case .refused(let detail): throw damage(number, detail)
        }
    }

    /// The error about a block that did not open.
    func damage(_ number: UInt64, _ detail: String) -> StorageError {
        .damaged(
            path: name, offset: number * UInt64(EncryptedFormat.blockBytes),
            count: UInt64(EncryptedFormat.blockBytes), detail: detail)
    }

    /// Opens one block and copies a part of it; the error when that is not possible.
    private func open(
        _ number: UInt64, _ sealed: UnsafeRawBufferPointer, from start: Int,
        scratch: BlockScratch, with opener: inout BlockOpener,
        into target: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> StorageError? {
        let isWhole = target.count == EncryptedFormat.blockBytes
        let plain = isWhole ? target : scratch.plain
        switch try outcome(number, sealed, with: &opener, into: plain) {
        case .refused(let detail):
            return damage(number, detail)
        case .contents(let length):
            guard start + target.count <= length else {
                return damage(
                    number, "only \(length) bytes of the encrypted block were written")
            }
            if !isWhole {
                target.copyMemory(
                    from: UnsafeRawBufferPointer(
                        rebasing: plain[start..<start + target.count]))
            }
            return nil
        }
    }

    /// Opens a block, or the copy that a redo slot has of it.
    private func outcome(
        _ number: UInt64, _ sealed: UnsafeRawBufferPointer, with opener: inout BlockOpener,
        into plain: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> BlockOpener.Outcome {
        do throws(CryptoFailure) {
            let outcome = try opener.open(sealed, block: number, into: plain)
            guard case .refused = outcome, let copy = spared.withLock({ $0[number] }) else {
                return outcome
            }
            let sparedOutcome = copy.withUnsafeBytes { copy in
                Result { () throws(CryptoFailure) in
                    try opener.open(copy, block: number, into: plain)
                }
            }
            return try sparedOutcome.get()
        } catch {
            throw StorageError(error, path: name)
        }
    }

    /// Reads sealed blocks; what the file below no longer has stays zero. False when that would
    /// have to wait for a disk.
    private func load(
        _ first: UInt64, _ count: Int, into scratch: BlockScratch, _ immediately: Bool
    ) throws(StorageError) -> Bool {
        let place = EncryptedFormat.place(ofBlock: first)
        let size = base.size
        let there = size > place ? size - place : 0
        let whole = scratch.sealedRun(count)
        let wanted = Int(min(UInt64(whole.count), there))
        if wanted < whole.count {
            UnsafeMutableRawBufferPointer(rebasing: whole[wanted...]).initializeMemory(
                as: UInt8.self, repeating: 0)
        }
        let target = UnsafeMutableRawBufferPointer(rebasing: whole[..<wanted])
        if immediately {
            guard let base = base as? any ImmediateReader else { return false }
            return try base.readImmediately(at: place, into: target)
        }
        try base.read(at: place, into: target)
        return true
    }
}

extension StorageError {
    /// The storage error for a failure of the cipher itself.
    init(_ failure: CryptoFailure, path: String) {
        self = .io(operation: failure.call, path: path, code: ErrorNumber.inputOutput)
    }
}
