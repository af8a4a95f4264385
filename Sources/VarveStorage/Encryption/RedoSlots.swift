/// The two redo slots of an encrypted file: whole copies of blocks that are about to be rewritten
/// although they hold bytes that must survive.
///
/// Slot 0 holds a block whose synced bytes are at stake, and is synced before the block is
/// rewritten in place; slot 1 holds the newest version of a block that was rewritten since. A copy
/// is the very bytes that go to the block's place, so no nonce is used for it.
///
/// Thread rule: under the lock of the file's changes.
struct RedoSlots {
    /// A copy found in a slot when a file was opened.
    struct Copy {
        var sequence: UInt64
        var block: UInt64
        var sealed: [UInt8]
    }

    /// The blocks of which slots hold copies, by slot.
    private var blocks: [UInt64?] = [nil, nil]
    /// Blocks of which a loss of power may bring back a copy that was given up.
    private var fading: Set<UInt64> = []
    /// The block in slot 0 that was rewritten since the last sync.
    private(set) var held: UInt64?
    private var sequence: UInt64 = 0

    /// Takes over what was found in a file.
    init(found: [Copy?] = [nil, nil]) {
        blocks = found.map { $0?.block }
        sequence = found.compactMap { $0?.sequence }.max() ?? 0
    }

    /// True when a copy of the block may be found after a loss of power.
    func mentions(_ block: UInt64) -> Bool {
        blocks.contains(block) || fading.contains(block)
    }

    /// Writes a copy of `sealed`, the new version of a block, before it is written in place.
    ///
    /// - Parameter isPromised: whether a sync has promised bytes of the block.
    mutating func protect(
        _ block: UInt64, _ sealed: UnsafeRawBufferPointer, isPromised: Bool,
        in base: any StorageBackend
    ) throws(StorageError) {
        guard isPromised, held != block else { return try write(block, sealed, to: 1, in: base) }
        // The block whose copy is overwritten is on stable storage in its place first.
        if held != nil { try base.sync() }
        try write(block, sealed, to: 0, in: base)
        try base.sync()
        held = block
    }

    /// Empties the slots: everything in place is on stable storage.
    mutating func release(in base: any StorageBackend) throws(StorageError) {
        fading = []
        held = nil
        for (slot, block) in blocks.enumerated() {
            guard let block else { continue }
            try withUnsafeBytes(of: (UInt64(0), UInt64(0))) { (zeros) throws(StorageError) in
                try base.write(zeros, at: EncryptedFormat.place(ofSlot: slot))
            }
            blocks[slot] = nil
            fading.insert(block)
        }
    }

    private mutating func write(
        _ block: UInt64, _ sealed: UnsafeRawBufferPointer, to slot: Int,
        in base: any StorageBackend
    ) throws(StorageError) {
        // A copy that is overwritten may come back all the same.
        if let lost = blocks[slot], lost != block { fading.insert(lost) }
        sequence += 1
        blocks[slot] = block
        try withUnsafeBytes(of: (sequence.littleEndian, block.littleEndian)) {
            (head) throws(StorageError) in
            try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: 2) {
                (vectors) throws(StorageError) in
                vectors.initializeElement(at: 0, to: head)
                vectors.initializeElement(at: 1, to: sealed)
                try base.write(
                    UnsafeBufferPointer(vectors), at: EncryptedFormat.place(ofSlot: slot))
            }
        }
    }

    /// The copies in the slots of a file; what is in none is nil. Whether they open is not checked.
    static func find(in base: any StorageBackend) throws(StorageError) -> [Copy?] {
        var found: [Copy?] = []
        for slot in 0..<EncryptedFormat.slotCount {
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: EncryptedFormat.slotBytes, alignment: 8)
            defer { buffer.deallocate() }
            try base.read(at: EncryptedFormat.place(ofSlot: slot), into: buffer)
            let sequence = UInt64(littleEndian: buffer.load(as: UInt64.self))
            let block = UInt64(littleEndian: buffer.load(fromByteOffset: 8, as: UInt64.self))
            // The highest sequence is never written: it leaves no room for the next.
            guard sequence != 0, sequence < UInt64.max >> 1 else {
                found.append(nil)
                continue
            }
            found.append(Copy(sequence: sequence, block: block, sealed: Array(buffer[16...])))
        }
        return found
    }
}
