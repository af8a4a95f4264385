import VarveBytes

/// The first 4096 bytes of a journal file (`docs/format.md`, "File header").
package struct FileHeader: Equatable, Sendable {
    /// The file's number, as in its name.
    package var number: UInt64
    /// The file's random identity; seeds every checksum in it.
    package var id: UInt64
    /// The LSN of the file's first frame.
    package var baseLSN: UInt64
    /// The number of the file before; 0 for the first.
    package var previousNumber: UInt64 = 0
    /// The id of the file before.
    package var previousID: UInt64 = 0
    /// Where the file before ends.
    package var previousEndByte: UInt64 = 0
    /// The last LSN in the files before.
    package var previousEndLSN: UInt64 = 0
    /// An LSN that was on stable storage when this was written, or is since the file has its name.
    package var syncedThrough: UInt64 = 0
    /// When this was written, on the wall clock.
    package var wallMilliseconds: UInt64 = 0
    /// The bytes that were written with zeros in advance.
    package var fileBytes: UInt64 = 0

    private static let checksumOffset = Format.fileHeaderBytes - 4

    /// Why a block is not a header of this format.
    enum Failure: Error, Equatable {
        /// The first bytes are not the magic.
        case notAJournal
        /// The checksum, a constant or the padding is wrong.
        case damaged
        /// A valid header of another format.
        case otherVersion(UInt32)
    }

    /// A header with the given identity; the rest is set afterwards.
    package init(number: UInt64, id: UInt64, baseLSN: UInt64) {
        self.number = number
        self.id = id
        self.baseLSN = baseLSN
    }

    /// Reads and checks a header.
    init(_ block: UnsafeRawBufferPointer) throws(Failure) {
        precondition(block.count == Format.fileHeaderBytes, "a header fills one block")
        let base = block.start
        guard base.loadLittleEndian(0, as: UInt64.self) == Format.fileMagic else {
            throw .notAJournal
        }
        let covered = UnsafeRawBufferPointer(rebasing: block[..<Self.checksumOffset])
        guard base.loadLittleEndian(Self.checksumOffset, as: UInt32.self) == CRC32C.value(covered)
        else { throw .damaged }
        let version = base.loadLittleEndian(8, as: UInt32.self)
        guard version == Format.version else { throw .otherVersion(version) }
        number = base.loadLittleEndian(16)
        id = base.loadLittleEndian(24)
        baseLSN = base.loadLittleEndian(32)
        previousNumber = base.loadLittleEndian(40)
        previousID = base.loadLittleEndian(48)
        previousEndByte = base.loadLittleEndian(56)
        previousEndLSN = base.loadLittleEndian(64)
        syncedThrough = base.loadLittleEndian(72)
        wallMilliseconds = base.loadLittleEndian(80)
        fileBytes = base.loadLittleEndian(88)
        guard base.loadLittleEndian(12, as: UInt32.self) == UInt32(Format.fileHeaderBytes),
            baseLSN >= 1, baseLSN == previousEndLSN &+ 1, syncedThrough >= previousEndLSN,
            previousEndByte <= UInt64(Format.fileBytesMax),
            previousEndByte % UInt64(Format.alignment) == 0,
            block[96..<Self.checksumOffset].allSatisfy({ $0 == 0 })
        else { throw .damaged }
    }

    /// Writes the header to a block of 4096 bytes.
    package func encode(into block: UnsafeMutableRawBufferPointer) {
        precondition(block.count == Format.fileHeaderBytes, "a header fills one block")
        let base = block.start
        base.initializeMemory(as: UInt8.self, repeating: 0, count: block.count)
        base.storeLittleEndian(Format.fileMagic, at: 0)
        base.storeLittleEndian(Format.version, at: 8)
        base.storeLittleEndian(UInt32(Format.fileHeaderBytes), at: 12)
        base.storeLittleEndian(number, at: 16)
        base.storeLittleEndian(id, at: 24)
        base.storeLittleEndian(baseLSN, at: 32)
        base.storeLittleEndian(previousNumber, at: 40)
        base.storeLittleEndian(previousID, at: 48)
        base.storeLittleEndian(previousEndByte, at: 56)
        base.storeLittleEndian(previousEndLSN, at: 64)
        base.storeLittleEndian(syncedThrough, at: 72)
        base.storeLittleEndian(wallMilliseconds, at: 80)
        base.storeLittleEndian(fileBytes, at: 88)
        let covered = UnsafeRawBufferPointer(start: base, count: Self.checksumOffset)
        base.storeLittleEndian(CRC32C.value(covered), at: Self.checksumOffset)
    }
}
