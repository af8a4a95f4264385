import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// What a reader does with segments that are not what was written.
@Suite struct SegmentDamageTests {
    /// Two intervals in a run with a head, a compressed run, a tombstone; small.
    private static func streams() -> [ModelStream] {
        let maker = ModelMaker(seed: 31)
        let later = ModelStream(
            id: 4,
            sets: [[ModelRecord](repeating: ModelRecord(), count: 999), maker.set(3, most: 40)],
            start: StreamPosition(record: 8, byte: 90), headBefore: maker.hash())
        var squeezed = ModelStream(id: 6, sets: [maker.set(20, most: 60, isText: true)])
        squeezed.encoding = .zstd
        var packed = ModelStream(id: 7, sets: [maker.set(20, most: 60, isText: true)])
        packed.encoding = .lz4
        var gone = ModelStream(id: 9, sets: [])
        gone.record.isDeleted = true
        return [later, squeezed, packed, gone]
    }

    /// Everything a reader says of a segment.
    private func answers(_ bytes: [UInt8]) throws -> [String] {
        let volume = try ModelSegment.volume(with: bytes)
        let file = try SegmentFile.open(volume: volume, number: ModelSegment.header.number)
        var answers = ["\(file.header) \(file.footer)"]
        try file.forEachStream { (stream) throws(LogError) in
            answers.append("\(stream)")
            let found = try file.stream(stream.record.id)
            answers.append("\(found == stream)")
            guard let run = stream.run else { return }
            let head = try file.verify(stream)
            answers.append("\(head as Any)")
            let stored = try storedBytes(run, in: file)
            answers.append("\(stored)")
            let middle = StreamPosition(record: run.firstRecord + 1, byte: run.firstByte)
            let isBoundary = try file.isBoundary(run, middle, blocking: true)
            let end = try file.end(
                run, from: run.start, limit: run.firstByte + 9, blocking: true)
            answers.append("\(isBoundary as Any) \(end as Any)")
        }
        _ = try file.checkData(
            offset: SegmentFormat.dataOffset, count: Int(file.footer.dataBytes), blocking: true)
        return answers
    }

    private func storedBytes(
        _ run: SettledRun, in file: SegmentFile
    ) throws(LogError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(run.byteCount), alignment: 1)
        defer { buffer.deallocate() }
        _ = try file.read(run, from: run.firstByte, into: buffer, blocking: true)
        return Array(buffer)
    }

    @Test func everyChangedByteIsAnErrorThatNamesTheFile() throws {
        let volume = MemoryVolume()
        let path = try ModelSegment.write(Self.streams(), to: volume).file.path
        var bytes = try ModelSegment.bytes(in: volume)
        #expect(try answers(bytes).count > 10)
        var silent: [Int] = []
        for index in bytes.indices {
            let flip: UInt8 = [0x01, 0x10, 0x80, 0xff][index % 4]
            bytes[index] ^= flip
            do {
                _ = try answers(bytes)
                silent.append(index)
            } catch LogError.corruption(let file, let byte, _, _) {
                #expect(file == path && byte < UInt64(bytes.count))
            } catch {
                Issue.record("byte \(index): \(error)")
            }
            bytes[index] ^= flip
        }
        #expect(silent.isEmpty)
    }

    @Test func everyCutIsAnErrorThatNamesTheFile() throws {
        let volume = MemoryVolume()
        try ModelSegment.write(Self.streams(), to: volume)
        let bytes = try ModelSegment.bytes(in: volume)
        for input in bytes.indices.map({ Array(bytes[..<$0]) }) + [bytes + [0]] {
            let cut = try ModelSegment.volume(with: input)
            do {
                _ = try SegmentFile.open(volume: cut, number: ModelSegment.header.number)
                Issue.record("\(input.count) of \(bytes.count) bytes were taken")
            } catch {
                guard case .corruption(volumePath, _, _, _) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    @Test func anotherFormatIsToldFromDamage() throws {
        let volume = MemoryVolume()
        try ModelSegment.write(Self.streams(), to: volume)
        var bytes = try ModelSegment.bytes(in: volume)
        bytes[8] = 9
        let checksum = bytes.withUnsafeBytes {
            CRC32C.value(UnsafeRawBufferPointer(rebasing: $0[..<4092]))
        }
        bytes.withUnsafeMutableBytes {
            $0.baseAddress?.storeLittleEndian(checksum, at: 4092)
        }
        #expect(throws: LogError.newerFormat(path: volumePath, version: 9)) { try answers(bytes) }
    }

    @Test func aSegmentUnderAnotherNumberIsRefused() throws {
        let volume = MemoryVolume()
        try ModelSegment.write(Self.streams(), to: volume)
        try volume.rename(volumePath, to: SegmentName(number: 8).path)
        #expect(throws: LogError.self) { try SegmentFile.open(volume: volume, number: 8) }
        #expect(throws: LogError.missingFile(path: volumePath)) {
            try SegmentFile.open(volume: volume, number: 7)
        }
    }

    @Test func aRunFromElsewhereIsRefused() throws {
        let (runs, file, _) = try ModelSegment.write(Self.streams(), to: MemoryVolume())
        let run = try #require(runs[0])
        let far = [UInt64.max, 1 << 62, file.backend.size, run.dataOffset + 1, 0]
        for segment in [7, 8] as [UInt32] {
            for offset in far {
                for size in far {
                    let wrong = SettledRun(
                        segment: segment, start: run.start, recordCount: size, byteCount: offset,
                        dataOffset: offset, storedBytes: size, blocksBytes: offset,
                        checkpointCount: SegmentFormat.checkpointsMax, encoding: .lz4,
                        hasHead: true)
                    #expect(throws: LogError.self) {
                        _ = try file.isBoundary(wrong, StreamPosition.start, blocking: true)
                        _ = try file.end(wrong, from: run.start, limit: 91, blocking: true)
                        try file.walk(wrong) { _ in }
                    }
                }
            }
        }
        var bytes = [UInt8](repeating: 0, count: 2)
        for byte in [run.end.byte - 1, 0, .max] {
            #expect(throws: LogError.self) {
                try bytes.withUnsafeMutableBytes { buffer in
                    _ = try file.read(run, from: byte, into: buffer, blocking: true)
                }
            }
        }
        for offset in [0, 4095, file.footer.checksumsOffset - 1, .max] {
            #expect(throws: LogError.self) {
                try file.checkData(offset: offset, count: 2, blocking: true)
            }
        }
    }

    private var volumePath: String { SegmentName(number: ModelSegment.header.number).path }
}
