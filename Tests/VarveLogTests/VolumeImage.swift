import VarveBytes
import VarveStorage

@testable import VarveLog

/// The bytes of a whole volume, to be changed as a crash or a fault would and put back.
struct VolumeImage: Equatable {
    var files: [String: [UInt8]] = [:]

    init(of volume: any Volume) throws {
        guard try volume.list("").contains(Format.journalDirectory) else { return }
        for name in try volume.list(Format.journalDirectory) {
            let path = "\(Format.journalDirectory)/\(name)"
            let backend = try volume.open(path, create: .never)
            var bytes = [UInt8](repeating: 0, count: Int(backend.size))
            try bytes.withUnsafeMutableBytes { try backend.read(at: 0, into: $0) }
            files[path] = bytes
        }
    }

    /// A new volume with these bytes.
    func volume() throws -> MemoryVolume {
        let volume = MemoryVolume()
        try volume.makeDirectory(Format.journalDirectory)
        for (path, bytes) in files {
            let backend = try volume.open(path, create: .exclusive)
            try bytes.withUnsafeBytes { _ = try backend.append($0) }
        }
        return volume
    }

    /// The path of journal file `number`.
    static func journal(_ number: UInt64) -> String {
        JournalFileName(number: number, role: .journal).path
    }

    /// The number of the last journal file.
    var lastNumber: UInt64 {
        files.keys.compactMap { JournalFileName(String($0.dropFirst(8))) }
            .filter { $0.role == .journal }.map(\.number).max() ?? 0
    }

    /// One frame where it lies.
    struct Place {
        var path: String
        var fileID: UInt64
        var group: GroupHeader
        var byte: Int
        var header: FrameHeader
    }

    /// All frames that are right, in order.
    func frames() throws -> [Place] {
        var result: [Place] = []
        for number in 1...max(1, lastNumber) {
            let path = Self.journal(number)
            guard let bytes = files[path] else { continue }
            let header = try bytes.withUnsafeBytes {
                try FileHeader(UnsafeRawBufferPointer(rebasing: $0[..<Format.fileHeaderBytes]))
            }
            let volume = try self.volume()
            let scan = FrameScan(
                try volume.open(path, create: .never), fileID: header.id, recordedEnd: nil)
            var group: GroupHeader?
            _ = try scan.run(nextLSN: header.baseLSN) { (item) throws(LogError) in
                switch item {
                case .group(let next): group = next
                case .frame(let frame, let byte):
                    guard let group else { return }
                    result.append(
                        Place(
                            path: path, fileID: header.id, group: group, byte: Int(byte),
                            header: frame.header))
                case .groupEnd: break
                }
            }
        }
        return result
    }

    /// Gives the frame at `place` a checksum that is right for what it now holds: what somebody
    /// does who knows the format and wants to deceive.
    mutating func reseal(_ place: Place) {
        files[place.path]?.withUnsafeMutableBytes { bytes in
            FrameHeader.seal(
                bytes.baseAddress.unsafelyUnwrapped + place.byte,
                frameBytes: Int(place.header.frameBytes), fileID: place.fileID,
                lsn: place.header.lsn)
        }
    }
}
