import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// The page on the format shows real bytes; these are the same.
@Suite struct WorkedExampleTests {
    @Test func theBytesOnThePageAreTheBytesOnDisk() throws {
        let bytes = try exampleFile()
        let page = try readPage("docs/format.md")
        for (name, range) in [
            ("file header", 0..<96), ("checksum of the header", 4080..<4096),
            ("first group", 4096..<4096 + 64 + 104 + 16 + 1 + 1 + 4 + 12 + 3),
        ] {
            let text = dump(bytes, range)
            #expect(page.contains(text), "\(name):\n\(text)")
        }
    }

    /// Format changes are decisions: this fails when any byte of any structure is laid out anew.
    @Test func theEncodingOfAWholeLogHasNotChanged() throws {
        let bytes = try exampleFile()
        let digest = bytes.withUnsafeBytes { SHA256Hasher.hash($0) }
        #expect(
            digest.hex == "fb872329f393ba5a497905cdaedce14149b0d92a82ac7a4b4073faeecb3150b3")
    }

    /// The journal file of a log with one stream, created with one record, and closed.
    private func exampleFile() throws -> [UInt8] {
        let volume = MemoryVolume()
        var options = LogOptions.small
        options.fileBytes = 64 << 10
        let test = try TestLog(
            volume, options: options, seed: 7,
            clock: ManualClock(wallMilliseconds: 1_750_000_000_000))
        let stream = try test.create("a", [Array("hi".utf8)], annotation: [0xee], separator: 44)
        try test.log.waitUntilDurable(stream.withLock { $0.lastLSN })
        try test.append([[1], [2, 3]], to: stream, annotation: [0xdd], closes: true)
        try test.delete(stream)
        test.log.close()
        return try #require(try VolumeImage(of: volume).files[VolumeImage.journal(1)])
    }

    /// Sixteen bytes a line, with their position in the file.
    private func dump(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        var lines: [String] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + 16, range.upperBound)
            let hex = bytes[start..<end].map { byte in
                let text = String(byte, radix: 16)
                return text.utf8.count == 1 ? "0" + text : text
            }
            let position = String(start)
            lines.append(
                String(repeating: " ", count: 5 - position.utf8.count) + position + "  "
                    + hex.joined(separator: " "))
            start = end
        }
        return lines.joined(separator: "\n")
    }

    private func readPage(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try File.open("/\(root)/\(name)")
        var bytes = [UInt8](repeating: 0, count: Int(try File.size(file.raw)))
        let count = try bytes.withUnsafeMutableBytes { try File.read(file.raw, at: 0, into: $0) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
