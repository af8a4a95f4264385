import Testing
import VarveConnect

@Suite("Compression")
struct CompressionTests {
    static let payloads: [[UInt8]] = [
        [], [7], Array(repeating: 65, count: 100_000),
        (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
    ]

    @Test("What is compressed comes out again", arguments: ContentCoding.allCases, 0..<4)
    func whatIsCompressedComesOut(coding: ContentCoding, index: Int) throws {
        let payload = Self.payloads[index]
        let bytes = try #require(payload.withUnsafeBytes { coding.compress($0, room: 5) })
        #expect(Array(bytes.prefix(5)) == [0, 0, 0, 0, 0])
        let body = Array(bytes.dropFirst(5))
        #expect(
            try body.withUnsafeBytes { try coding.decompress($0, limit: payload.count) } == payload)
        let twice = body + body
        #expect(
            try twice.withUnsafeBytes { try coding.decompress($0, limit: 1 << 20) } == payload
                + payload)
    }

    @Test("More than the limit does not come out", arguments: ContentCoding.allCases)
    func moreThanTheLimitDoesNotComeOut(coding: ContentCoding) throws {
        let payload = [UInt8](repeating: 0, count: 10_000_000)
        let bytes = try #require(payload.withUnsafeBytes { coding.compress($0) })
        for limit in [0, 1, 9_999_999] {
            #expect(throws: CodingFault.tooLarge(limit: limit)) {
                try bytes.withUnsafeBytes { try coding.decompress($0, limit: limit) }
            }
        }
    }

    @Test("Damaged and incomplete bytes are refused", arguments: [ContentCoding.gzip, .zstd])
    func damagedBytesAreRefused(coding: ContentCoding) throws {
        let bytes = try #require(
            Array("hello hello hello".utf8).withUnsafeBytes { coding.compress($0) })
        for count in 0..<bytes.count {
            #expect(throws: CodingFault.malformed) {
                try bytes.prefix(count).withUnsafeBytes { try coding.decompress($0, limit: 100) }
            }
        }
        #expect(throws: CodingFault.malformed) {
            try Array("plain text".utf8).withUnsafeBytes { try coding.decompress($0, limit: 100) }
        }
    }

    @Test(
        "The better of the accepted codings is used",
        arguments: [
            ("", ContentCoding.identity), ("br", .identity), ("gzip", .gzip), ("gzip, zstd", .zstd),
            ("zstd;q=0, GZIP;q=0.5", .gzip), ("zstd;q=0.0,gzip;q=0", .identity),
            ("zstd,gzip", .zstd),
        ])
    func theBetterCodingIsUsed(list: String, coding: ContentCoding) {
        #expect(Array(list.utf8).withUnsafeBytes { ContentCoding.preferred(in: $0) } == coding)
    }
}
