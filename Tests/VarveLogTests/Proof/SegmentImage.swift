import VarveBytes
import VarveStorage

@testable import VarveLog

/// The bytes of one segment, to be changed by somebody who knows the format and repairs every
/// checksum.
struct SegmentImage {
    private(set) var bytes: [UInt8]
    let file: SegmentFile
    private let path: String
    private let volume: any Volume

    /// The only segment of a volume.
    init(of volume: any Volume) throws {
        self.volume = volume
        file = try SegmentFile.open(volume: volume, number: 1)
        path = file.path
        bytes = [UInt8](repeating: 0, count: Int(file.backend.size))
        let backend = file.backend
        try bytes.withUnsafeMutableBytes { try backend.read(at: 0, into: $0) }
    }

    /// The run of the stream of that name.
    func run(of name: String) throws -> SettledRun? {
        var found: SettledRun?
        try file.forEachStream { stream in
            if stream.record.name == Array(name.utf8) { found = stream.run }
        }
        return found
    }

    /// Sets bytes of the data area.
    mutating func set(_ offset: UInt64, to new: some Sequence<UInt8>) {
        for (index, byte) in new.enumerated() { bytes[Int(offset) + index] = byte }
    }

    /// Repairs the checksum of a run's only interval block.
    mutating func resealBlock(of run: SettledRun) {
        let start = Int(run.blocksOffset)
        let end = start + Int(run.blocksBytes) - SegmentFormat.checksumBytes
        let checksum = bytes[start..<end].withUnsafeBytes {
            SegmentSeed.interval.checksum($0, id: file.header.id, place: run.dataOffset)
        }
        store(checksum, at: end)
    }

    /// Repairs the checksums of the data area and writes the segment back.
    mutating func save() throws {
        let start = Int(SegmentFormat.dataOffset)
        let end = start + Int(file.footer.dataBytes)
        for block in 0..<Int(file.footer.blockCount) {
            let from = start + block * SegmentFormat.blockBytes
            let to = min(from + SegmentFormat.blockBytes, end)
            let checksum = bytes[from..<to].withUnsafeBytes {
                SegmentSeed.data.checksum($0, id: file.header.id, place: UInt64(block))
            }
            store(checksum, at: end + block * SegmentFormat.checksumBytes)
        }
        let backend = try volume.open(path, create: .never)
        try bytes.withUnsafeBytes { try backend.write($0, at: 0) }
    }

    private mutating func store(_ checksum: UInt32, at offset: Int) {
        bytes.withUnsafeMutableBytes {
            $0.baseAddress?.storeLittleEndian(checksum, at: offset)
        }
    }
}
