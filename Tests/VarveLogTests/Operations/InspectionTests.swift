import Testing
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Showing what a log holds")
struct InspectionTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    /// Two streams, the first half of their records settled in two segments.
    private func makeLog() throws {
        let test = try TestLog(volume, indexes: indexes)
        let a = try test.create("a", [Array("first".utf8)])
        let b = try test.create("b")
        try test.append([pattern(300_000), pattern(5)], to: b)
        try test.log.settle()
        try test.append([Array("second".utf8)], to: a, separator: 0x2c)
        try test.log.settle()
        try test.append([Array("third".utf8)], to: a)
        try test.append([pattern(300_000, seed: 1)], to: b)
        test.log.close()
    }

    private func lines(
        _ parts: Set<InspectionOptions.Part>, json: Bool = false,
        _ change: (inout InspectionOptions) -> Void = { _ in }
    ) throws -> [String] {
        var options = InspectionOptions(parts: parts)
        change(&options)
        var lines: [String] = []
        try LogInspector.inspect(volume: volume, indexes: indexes, options: options) { item in
            lines.append(json ? item.json : item.text)
        }
        return lines
    }

    /// Inverts one bit of a file.
    private func flip(_ path: String, at byte: UInt64) throws {
        let file = try volume.open(path, create: .never)
        var bytes: [UInt8] = [0]
        try bytes.withUnsafeMutableBytes { try file.read(at: byte, into: $0) }
        bytes[0] ^= 1
        try bytes.withUnsafeBytes { try file.write($0, at: byte) }
    }

    @Test("every record is shown once for each place it lies in, with its bytes")
    func records() throws {
        try makeLog()
        let text = try lines([.segments, .runs, .frames]) {
            $0.stream = .name("a")
            $0.content = .text
        }
        for word in ["first", "second,", "third"] {
            let times = word == "third" ? 1 : 2
            #expect(text.count { $0.hasSuffix(" bytes: \"\(word)\"") } <= times, "\(word)")
            #expect(text.contains { $0.hasSuffix(" bytes: \"\(word)\"") }, "\(word)")
        }
        #expect(text.contains("      record 1 data: 6 bytes and a separator"))
        #expect(!text.contains { $0.contains("stream 2") })
    }

    @Test("the bytes of a record in parts are all there, in pieces of bounded size")
    func parts() throws {
        try makeLog()
        let json = try lines([.runs, .frames], json: true) {
            $0.stream = .id(2)
            $0.content = .hex
        }
        let settled = json.prefix { !$0.contains("\"type\":\"file\"") }
        let hex = settled.compactMap { line in
            line.split(separator: "\"hex\":\"").dropFirst().first?.dropLast(2)
        }.joined()
        let expected = (pattern(300_000) + pattern(5)).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }.joined()
        #expect(hex == expected)
        #expect(json.allSatisfy { $0.utf8.count < 2 * 262_144 + 1000 })
    }

    @Test("checkpoints, catalog and segments are shown by choice")
    func choices() throws {
        try makeLog()
        #expect(try lines([.catalog]).first?.hasPrefix("  segment 1") == true)
        #expect(try lines([.catalog]).contains { $0.hasPrefix("catalog: settled through LSN") })
        #expect(try lines([.catalog]).count { $0.hasPrefix("  stream ") } == 2)
        #expect(try lines([.segments]).count == 2)
        let heads = try lines([.checkpoints]).filter { $0.contains("checkpoint at") }
        let walked = try lines([.checkpoints, .records]).filter { $0.contains("checkpoint at") }
        #expect(heads.count >= 4 && heads == walked)
        let all = try lines([.frames]).count
        let late = try lines([.frames]) { $0.firstLSN = 100 }
        #expect(late.count < all && !late.contains { $0.contains(" create ") })
        #expect(try lines([.runs]) { $0.firstLSN = 1 << 60 }.isEmpty)
    }

    @Test("behind damage in data, in an index and in the journal everything else is shown")
    func damage() throws {
        try makeLog()
        let whole = try lines([.runs, .checkpoints, .records])
        let file = try SegmentFile.open(volume: volume, number: 1)
        var runs: [SettledRun] = []
        try file.forEachStream { runs += [$0.run].compactMap { $0 } }
        // The first interval of the second stream: its record is larger than an interval.
        try flip(SegmentName(number: 1).path, at: runs[1].dataOffset + 10)
        let damaged = try lines([.runs, .checkpoints, .records])
        #expect(damaged.count { $0.contains("DAMAGE: segments/") } >= 1)
        #expect(damaged.count { $0.contains("record 1 data: 5 bytes") } == 1)
        #expect(damaged.count { $0.contains("stream 1 \"a\"") } == 2)
        #expect(whole.count { $0.contains("DAMAGE") } == 0)
        // The groups of streams: the other segment is shown.
        try flip(SegmentName(number: 1).path, at: file.footer.streamsOffset + 3)
        let lost = try lines([.runs])
        #expect(lost.count { $0.contains("DAMAGE: segments/") } == 1)
        #expect(lost.count { $0.contains("stream 1 \"a\"") } == 1)
    }

    @Test("a catalog and a segment that cannot be read are shown as such")
    func unreadable() throws {
        try makeLog()
        try indexes.destroy("catalog")
        #expect(try lines([.catalog]) == ["catalog: there is none"])
        try flip(SegmentName(number: 2).path, at: 0)
        let segments = try lines([.segments, .runs])
        #expect(segments.contains { $0.contains("is damaged at byte 0") })
        #expect(segments.contains { $0.contains("stream 1 \"a\"") })
    }
}
