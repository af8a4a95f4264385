// Segments: no bytes may trap the opening, listing, reading, searching or verifying of a segment,
// and what its pieces' checksums vouch for agrees with itself.

import VarveBytes
import VarveLog
import VarveStorage

extension FuzzTarget {
    /// The first byte says how much is made right: bit 0 the areas' checksums, bit 1 those of the
    /// runs' interval blocks. Then the sizes: u16 data, u16 streams. The rest is the data, the
    /// streams and the table of groups; header, checksums and footer are made around them.
    static let segment = FuzzTarget(name: "segment") { data, size in
        var input = FuzzInput(data, size)
        let repairs = input.takeByte()
        var segment = FuzzedSegment(&input)
        if repairs & 1 == 1 { segment.repairAreas() }
        guard let file = segment.open() else { return 0 }
        if repairs & 2 == 2 {
            try? file.forEachStream { if let run = $0.run { segment.repairBlocks(of: run) } }
            if repairs & 1 == 1 { segment.repairAreas() }
        }
        guard let file = segment.open() else { return 0 }
        _ = try? file.stream(StreamID(rawValue: 1))
        try? file.forEachStream { (stream) throws(LogError) in
            guard let run = stream.run else { return }
            check(run, in: file)
            _ = try? file.verify(stream)
        }
        return 0
    }

    /// The footer of a segment, whatever its bytes and its size.
    static let segmentFooter = FuzzTarget(name: "segment-footer") { data, size in
        var input = FuzzInput(data, size)
        let isSealed = input.takeByte() & 1 == 1
        var segment = FuzzedSegment(&input)
        segment.overwriteFooter(with: input.rest, isSealed: isSealed)
        guard let file = segment.open() else { return 0 }
        let bytes = Int(clamping: file.footer.dataBytes)
        _ = try? file.checkData(offset: 4096, count: bytes, blocking: true)
        try? file.forEachStream { _ in }
        return 0
    }

    /// What the reader says of a run that was found in the segment.
    private static func check(_ run: SettledRun, in file: SegmentFile) {
        var records: UInt64 = 0
        var bytes = 0
        var positions: [StreamPosition] = []
        var missing = 0
        do {
            try file.walk(run) { item in
                switch item {
                case .checkpoint(let position, _):
                    positions.append(position)
                case .record(let record):
                    demand(missing == 0, "a record's bytes are given out whole")
                    missing = record.entry.storedBytes
                    if record.kind.takesNumber { records += 1 }
                    positions.append(record.position)
                case .bytes(let piece):
                    missing -= piece.count
                    bytes += piece.count
                }
            }
        } catch {
            // Damage may be met in the middle; places in the run are still safe to ask for.
            _ = try? file.isBoundary(run, run.start, blocking: true)
            _ = try? file.end(run, from: run.start, limit: run.end.byte, blocking: true)
            return
        }
        demand(records == run.recordCount, "all records are given out")
        demand(UInt64(bytes) == run.byteCount, "all bytes are given out")
        for position in positions.prefix(20) + [run.end] {
            let isBoundary = try? file.isBoundary(run, position, blocking: true)
            demand(isBoundary == true, "a record begins where one was found")
            let limit = position.byte &+ 9
            if let end = try? file.end(run, from: position, limit: limit, blocking: true) {
                let isThere = try? file.isBoundary(run, end, blocking: true)
                demand(isThere == true, "a page ends at a boundary")
            }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
        defer { buffer.deallocate() }
        let isRead = try? file.read(run, from: run.firstByte, into: buffer, blocking: true)
        demand(isRead == true, "what was walked over can be read")
    }
}

/// A segment with an arbitrary inside.
private struct FuzzedSegment {
    private static let header = SegmentHeader(
        number: 7, id: 99, first: LSN(1), last: LSN(50),
        cut: JournalCut(fileNumber: 1, fileID: 2, byte: 4096), wallMilliseconds: 1)

    /// The header as the writer makes it.
    private static let block: [UInt8] = {
        var block = [UInt8](repeating: 0, count: 4096)
        let volume = MemoryVolume()
        do {
            _ = try SegmentWriter(volume: volume, header: header).finish()
            let file = try volume.open(SegmentName(number: 7).path, create: .never)
            try block.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        } catch {
            demand(false, "memory takes a segment")
        }
        return block
    }()

    private var data: [UInt8]
    private var streams: [UInt8]
    private var table: [UInt8]
    private var checksums: [UInt8] = []
    private var footer: [UInt8]?

    init(_ input: inout FuzzInput) {
        let sizes = (0..<2).map { _ in Int(input.takeByte()) | Int(input.takeByte()) << 8 }
        data = Array(input.take(sizes[0]))
        streams = Array(input.take(sizes[1]))
        // One group: a slot and its checksum.
        table = streams.isEmpty ? [] : Array(input.take(20))
        table += [UInt8](repeating: 0, count: streams.isEmpty ? 0 : 20 - table.count)
        sealData()
    }

    /// What is sealed how.
    private enum Piece: UInt64 {
        case data = 4
        case group = 2
        case groups = 3
        case footer = 5
        case interval = 0
    }

    /// Makes the checksums of the data, the group and the table right.
    mutating func repairAreas() {
        sealData()
        if streams.count >= 4 {
            streams.replaceLast(checksum(streams.dropLast(4), .group, place: 0))
        }
        if table.count >= 4 {
            table.replaceLast(checksum(table.dropLast(4), .groups, place: 0))
        }
    }

    /// Makes the checksum of a run's only interval block right.
    mutating func repairBlocks(of run: SettledRun) {
        guard run.checkpointCount == 1, run.blocksBytes > 4, run.blocksOffset >= 4096 else {
            return
        }
        let first = Int(run.blocksOffset) - 4096
        let end = first + Int(run.blocksBytes) - 4
        guard end + 4 <= data.count else { return }
        let checksum = checksum(data[first..<end], .interval, place: run.dataOffset)
        for index in 0..<4 {
            data[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
        }
    }

    /// Puts other bytes in the place of the footer's first.
    mutating func overwriteFooter(with bytes: UnsafeRawBufferPointer, isSealed: Bool) {
        var block = madeFooter()
        for (index, byte) in bytes.prefix(4000).enumerated() where byte != 0xa5 {
            block[index] = byte
        }
        let place = UInt64(4096 + data.count + checksums.count + streams.count + table.count)
        if isSealed { block.replaceLast(checksum(block[..<4092], .footer, place: place)) }
        footer = block
    }

    /// Opens the segment; nil when it is refused.
    func open() -> SegmentFile? {
        let volume = MemoryVolume()
        do {
            try volume.makeDirectory("segments")
            let file = try volume.open(SegmentName(number: 7).path, create: .exclusive)
            for area in [Self.block, data, checksums, streams, table, footer ?? madeFooter()] {
                _ = try area.withUnsafeBytes { try file.append($0) }
            }
        } catch {
            demand(false, "memory takes a segment")
        }
        return try? SegmentFile.open(volume: volume, number: 7)
    }

    private func madeFooter() -> [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        writer.append("VARVEEND")
        writer.append(UInt32(1))
        writer.append(UInt32(4096))
        let numbers: [UInt64] = [
            7, 99, 1, 50, UInt64(data.count), UInt64(checksums.count), UInt64(streams.count),
            streams.isEmpty ? 0 : 1,
        ]
        for number in numbers { writer.append(number) }
        // The number of streams is not known; two is as good as any.
        for number in [streams.isEmpty ? 0 : 2, 0, 0, 0, 0] as [UInt64] { writer.append(number) }
        var block = Array(writer.bytes) + [UInt8](repeating: 0, count: 4096 - writer.count)
        let place = UInt64(4096 + data.count + checksums.count + streams.count + table.count)
        block.replaceLast(checksum(block[..<4092], .footer, place: place))
        return block
    }

    private mutating func sealData() {
        checksums = []
        for block in 0..<(data.count + 65_535) / 65_536 {
            let part = data[block * 65_536..<min((block + 1) * 65_536, data.count)]
            var four: [UInt8] = [0, 0, 0, 0]
            four.replaceLast(checksum(part, .data, place: UInt64(block)))
            checksums += four
        }
    }

    private func checksum(_ bytes: ArraySlice<UInt8>, _ piece: Piece, place: UInt64) -> UInt32 {
        let seed = withUnsafeBytes(
            of: (UInt64(99).littleEndian, (piece.rawValue << 60 ^ place).littleEndian)
        ) { CRC32C.value($0) }
        return bytes.withUnsafeBytes { CRC32C.value($0, seed: seed) }
    }
}

extension [UInt8] {
    /// Writes a checksum over the last four bytes.
    fileprivate mutating func replaceLast(_ checksum: UInt32) {
        for index in 0..<4 {
            self[count - 4 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
        }
    }
}
