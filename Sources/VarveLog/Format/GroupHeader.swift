import VarveBytes
import VarveStorage

/// The 64 bytes in front of the frames of one write (`docs/format.md`, "Group header").
package struct GroupHeader: Equatable, Sendable {
    /// A file that goes on behind another one.
    package struct Successor: Equatable, Sendable {
        /// Its number.
        package var number: UInt64
        /// Its id.
        package var id: UInt64
    }

    /// The LSN of the first frame, or of the next one when there is none.
    package var firstLSN: UInt64
    /// An LSN that was on stable storage when this was written.
    package var syncedThrough: UInt64
    /// Where this header lies in its file.
    package var byte: UInt64
    /// The number of frames; 0 for a mark and a seal.
    package var frameCount: UInt32
    /// The bytes of all frames.
    package var frameBytes: UInt32
    /// The file that goes on behind this one; nil unless this is a seal.
    package var successor: Successor?

    /// A header of the given values.
    package init(
        firstLSN: UInt64, syncedThrough: UInt64, byte: UInt64, frameCount: UInt32,
        frameBytes: UInt32
    ) {
        self.firstLSN = firstLSN
        self.syncedThrough = syncedThrough
        self.byte = byte
        self.frameCount = frameCount
        self.frameBytes = frameBytes
    }

    /// Reads the 64 bytes at `base`; nil unless they are the header of a group at `byte` of the
    /// file `fileID`.
    init?(_ base: UnsafeRawPointer, at byte: UInt64, fileID: UInt64) {
        guard base.loadLittleEndian(0, as: UInt32.self) == Format.groupMagic,
            base.loadLittleEndian(8, as: UInt64.self) == fileID,
            base.loadLittleEndian(32, as: UInt64.self) == byte
        else { return nil }
        firstLSN = base.loadLittleEndian(16)
        syncedThrough = base.loadLittleEndian(24)
        self.byte = byte
        frameCount = base.loadLittleEndian(40)
        frameBytes = base.loadLittleEndian(44)
        let next = Successor(number: base.loadLittleEndian(48), id: base.loadLittleEndian(56))
        successor = next.number == 0 ? nil : next
        guard
            base.loadLittleEndian(4, as: UInt32.self)
                == Self.checksum(base, fileID: fileID, firstLSN: firstLSN),
            firstLSN >= 1, syncedThrough < firstLSN,
            (frameCount == 0) == (frameBytes == 0),
            (next.number == 0) == (next.id == 0), frameCount == 0 || successor == nil,
            UInt64(frameCount) * UInt64(Format.frameHeaderBytes) <= UInt64(frameBytes)
        else { return nil }
    }

    /// Where the next group of the file begins.
    var endByte: UInt64 {
        Format.aligned(byte + UInt64(Format.groupHeaderBytes) + UInt64(frameBytes))
    }

    /// Where the frames end and the padding begins.
    var framesEndByte: UInt64 { byte + UInt64(Format.groupHeaderBytes) + UInt64(frameBytes) }

    /// Writes the 64 bytes to `base`.
    package func encode(to base: UnsafeMutableRawPointer, fileID: UInt64) {
        base.storeLittleEndian(Format.groupMagic, at: 0)
        base.storeLittleEndian(fileID, at: 8)
        base.storeLittleEndian(firstLSN, at: 16)
        base.storeLittleEndian(syncedThrough, at: 24)
        base.storeLittleEndian(byte, at: 32)
        base.storeLittleEndian(frameCount, at: 40)
        base.storeLittleEndian(frameBytes, at: 44)
        base.storeLittleEndian(successor?.number ?? 0, at: 48)
        base.storeLittleEndian(successor?.id ?? 0, at: 56)
        base.storeLittleEndian(
            Self.checksum(UnsafeRawPointer(base), fileID: fileID, firstLSN: firstLSN), at: 4)
    }

    /// Writes a group without frames, a block of its own, into the file `fileID`.
    func writeAlone(to file: any StorageBackend, fileID: UInt64) throws(StorageError) {
        precondition(frameCount == 0, "the group has no frames")
        try withUnsafeTemporaryAllocation(byteCount: Format.alignment, alignment: 8) {
            (block) throws(StorageError) in
            block.initializeMemory(as: UInt8.self, repeating: 0)
            encode(to: block.start, fileID: fileID)
            try file.write(UnsafeRawBufferPointer(block), at: byte)
        }
    }

    private static func checksum(
        _ base: UnsafeRawPointer, fileID: UInt64, firstLSN: UInt64
    ) -> UInt32 {
        let covered = UnsafeRawBufferPointer(
            start: base + 8, count: Format.groupHeaderBytes - 8)
        return CRC32C.value(covered, seed: ChecksumSeed.value(fileID: fileID, lsn: firstLSN))
    }
}
