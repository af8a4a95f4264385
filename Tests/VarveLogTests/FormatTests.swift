import Testing
import VarveBytes
import VarvePlatform

@testable import VarveLog

@Suite struct FormatTests {
    @Test func theNumbersOfTheFormatFitOneAnother() {
        #expect(Format.brokenRelation() == nil)
    }

    @Test func theMagicsAreTheLettersTheDocumentationSays() {
        #expect(
            withUnsafeBytes(of: Format.fileMagic.littleEndian) { Array($0) }
                == Array("VARVEJNL".utf8))
        #expect(
            withUnsafeBytes(of: Format.groupMagic.littleEndian) { Array($0) } == Array("VGRP".utf8))
    }

    @Test func aFileHeaderReadsBackAsWritten() throws {
        let header = exampleFileHeader()
        #expect(try FileHeader(UnsafeRawBufferPointer(header.block)) == header.header)
        header.block.deallocate()
    }

    @Test func anyChangedByteOfAFileHeaderIsNoticed() {
        let header = exampleFileHeader()
        defer { header.block.deallocate() }
        for byte in 0..<header.block.count {
            header.block[byte] ^= 0x10
            #expect(throws: FileHeader.Failure.self) {
                try FileHeader(UnsafeRawBufferPointer(header.block))
            }
            header.block[byte] ^= 0x10
        }
    }

    @Test func anotherFormatIsToldFromDamage() {
        let header = exampleFileHeader()
        defer { header.block.deallocate() }
        header.block[8] = 7
        let covered = UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(header.block)[..<4092])
        header.block.baseAddress?.storeLittleEndian(CRC32C.value(covered), at: 4092)
        #expect(throws: FileHeader.Failure.otherVersion(7)) {
            try FileHeader(UnsafeRawBufferPointer(header.block))
        }
    }

    @Test func aGroupHeaderIsValidOnlyAtItsPlaceInItsFile() {
        let block = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
        defer { block.deallocate() }
        let header = GroupHeader(
            firstLSN: 7, syncedThrough: 5, byte: 8192, frameCount: 2, frameBytes: 300)
        header.encode(to: block, fileID: 99)
        #expect(GroupHeader(block, at: 8192, fileID: 99) == header)
        #expect(GroupHeader(block, at: 4096, fileID: 99) == nil)
        #expect(GroupHeader(block, at: 8192, fileID: 98) == nil)
        for byte in 0..<64 {
            let pointer = block.assumingMemoryBound(to: UInt8.self) + byte
            pointer.pointee ^= 1
            #expect(GroupHeader(block, at: 8192, fileID: 99) == nil)
            pointer.pointee ^= 1
        }
    }

    @Test(arguments: [
        ("00000000000000000001.journal", true), ("00000000004294967295.spare", true),
        ("00000000000000000012.preparing", true), ("00000000000000000000.journal", false),
        ("00000000004294967296.journal", false), ("1.journal", false),
        ("00000000000000000001.journal.bak", false), ("0000000000000000000x.journal", false),
        ("00000000000000000001", false), ("notes.txt", false),
    ])
    func onlyTheNamesOfTheFormatAreOurs(name: String, isOurs: Bool) {
        #expect((JournalFileName(name) != nil) == isOurs)
        if let parsed = JournalFileName(name) { #expect(parsed.path == "journal/\(name)") }
    }

    @Test func lengthEntriesReadBackAndRefuseUnknownKinds() {
        let entry = LengthEntry(length: 1000, kind: .data, hasSeparator: true)
        #expect(entry.storedBytes == 1001 && entry.length == 1000 && entry.kind == .data)
        #expect(LengthEntry(length: 0, kind: .close, hasSeparator: false).kind == .close)
        #expect(LengthEntry(rawValue: 1 << 28 | 5).kind == nil)
        #expect(LengthEntry(length: 0, kind: .trim, hasSeparator: false).kind == .trim)
        #expect(LengthEntry(rawValue: 2 << 28 | 5).kind == nil)
        #expect(LengthEntry(rawValue: 3 << 28).kind == nil)
        #expect(LengthEntry(rawValue: 1 << 27).kind == nil)
    }

    private func exampleFileHeader() -> (header: FileHeader, block: UnsafeMutableRawBufferPointer) {
        var header = FileHeader(number: 3, id: 0x1234_5678_9abc_def0, baseLSN: 101)
        header.previousNumber = 2
        header.previousID = 55
        header.previousEndByte = 40_960
        header.previousEndLSN = 100
        header.syncedThrough = 100
        header.wallMilliseconds = 1_750_000_000_000
        header.fileBytes = 1 << 20
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
        header.encode(into: block)
        return (header, block)
    }
}
