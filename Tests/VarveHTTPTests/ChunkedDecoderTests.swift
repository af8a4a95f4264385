// The chunked decoder: what it reads, what it refuses, and that splitting makes no difference.

import Testing
import VarveHTTP

/// What decoding a body gave.
private struct Decoded: Equatable {
    var content: [UInt8] = []
    var last = ChunkedDecoder.Step.needsMore
    /// The input taken in all.
    var taken = 0

    var text: String { String(decoding: content, as: UTF8.self) }

    /// Decodes `bytes` in pieces of the given sizes, the rest as the last piece.
    init(_ bytes: [UInt8], pieces: [Int] = []) {
        var decoder = ChunkedDecoder()
        var rest = bytes[...]
        for size in pieces + [bytes.count] {
            let piece = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(size, rest.count), alignment: 1)
            defer { piece.deallocate() }
            piece.copyBytes(from: rest.prefix(size))
            rest = rest.dropFirst(size)
            var position = 0
            let input = UnsafeRawBufferPointer(piece)
            repeat {
                last = decoder.next(input, from: &position)
                if case .content(let range) = last { content += input[range] }
            } while last.isContent
            taken += position
            if last != .needsMore { return }
        }
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    var error: HTTPError? {
        if case .failed(let error) = last { return error }
        return nil
    }
}

extension ChunkedDecoder.Step {
    fileprivate var isContent: Bool {
        if case .content = self { return true }
        return false
    }
}

/// Decoding of chunked bodies.
struct ChunkedDecoderTests {
    @Test func chunksAreJoinedAndWhatFollowsIsLeft() {
        let decoded = Decoded("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\nGET /")
        #expect(decoded.text == "hello world")
        #expect(decoded.last == .finished)
        #expect(decoded.taken == "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n".utf8.count)
    }

    @Test(arguments: ["a", "A", "0a", "000000000000000A"])
    func sizesAreHexadecimalInEitherCaseWithLeadingZeros(_ size: String) {
        let decoded = Decoded("\(size)\r\n0123456789\r\n0\r\n\r\n")
        #expect(decoded.text == "0123456789")
        #expect(decoded.last == .finished)
    }

    @Test(arguments: [
        "\r\n", " 5\r\nhello", "x\r\n", "0x5\r\nhello", "+5\r\nhello", "-1\r\n", "5 \r\nhello",
        "5\nhello", "5\rhello", "g\r\n", "00000000000000005\r\nhello", "5 x\r\n", "\n",
        "5;a\u{0}b\r\n",
        "5;a\nb\r\n", "5;a\r\rb",
    ])
    func aBadChunkSizeIs400(_ text: String) {
        #expect(Decoded(text).error == .malformedChunkSize)
        #expect(HTTPError.malformedChunkSize.status == .badRequest)
    }

    @Test(arguments: ["5\r\nhellox", "5\r\nhello\n", "5\r\nhello\rx", "5\r\nhello0\r\n\r\n"])
    func aChunkThatDoesNotEndWithALineEndIs400(_ text: String) {
        #expect(Decoded(text).error == .malformedChunk)
        #expect(HTTPError.malformedChunk.status == .badRequest)
    }

    @Test func extensionsAreDroppedUpToALimit() {
        #expect(Decoded("1 \t;a=\"b c\";d\r\nx\r\n0;e\r\n\r\n").text == "x")
        let size = ChunkedDecoder.extensionBytesMax
        let most = "1;" + String(repeating: "e", count: size - 1) + "\r\nx\r\n0\r\n\r\n"
        #expect(Decoded(most).last == .finished)
        let over = "1;" + String(repeating: "e", count: size) + "\r\nx\r\n0\r\n\r\n"
        #expect(Decoded(over).error == .chunkExtensionTooLong)
        let many = String(
            repeating: "1;" + String(repeating: "e", count: 99) + "\r\nx\r\n", count: 170)
        #expect(Decoded(many).error == .chunkExtensionTooLong)
    }

    @Test func trailersAreDroppedUpToALimit() {
        let decoded = Decoded("1\r\nx\r\n0\r\nA: b\r\nContent-Length:\r\n\r\nrest")
        #expect(decoded.last == .finished)
        #expect(decoded.text == "x")
        let large =
            "0\r\nA: " + String(repeating: "b", count: ChunkedDecoder.trailerBytesMax) + "\r\n\r\n"
        #expect(Decoded(large).error == .trailersTooLarge)
        #expect(HTTPError.trailersTooLarge.status == .requestHeaderFieldsTooLarge)
        #expect(
            Decoded("0\r\n" + String(repeating: "A:\r\n", count: 3000)).error == .trailersTooLarge)
    }

    @Test(arguments: [
        "0\r\n: b\r\n\r\n", "0\r\n a: b\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\n\n",
        "0\r\nA: b\n\r\n", "0\r\nA: \u{0}\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n", "0\r\n\rx",
    ])
    func aBadTrailerIs400(_ text: String) {
        #expect(Decoded(text).error == .malformedTrailer)
        #expect(HTTPError.malformedTrailer.status == .badRequest)
    }

    @Test func theSizeOfAChunkIsKnownBeforeItsContent() {
        var decoder = ChunkedDecoder()
        let text = Array("3\r\nabc\r\nffffffffffffffff\r\n".utf8)
        var position = 0
        text.withUnsafeBytes { bytes in
            #expect(decoder.next(bytes, from: &position) == .content(3..<6))
            #expect(decoder.announcedBytes == 3)
            #expect(decoder.next(bytes, from: &position) == .needsMore)
        }
        #expect(decoder.announcedBytes == .max)
    }

    @Test func theAnswerStaysAfterTheEnd() {
        for (text, last) in [
            ("0\r\n\r\n", ChunkedDecoder.Step.finished), ("x", .failed(.malformedChunkSize)),
        ] {
            var decoder = ChunkedDecoder()
            var position = 0
            let bytes = Array((text + "5\r\n").utf8)
            bytes.withUnsafeBytes { bytes in
                #expect(decoder.next(bytes, from: &position) == last)
                let end = position
                #expect(decoder.next(bytes, from: &position) == last)
                #expect(position == end)
            }
            position = 0
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            #expect(decoder.next(nothing, from: &position) == last)
        }
    }

    @Test func everySplitGivesTheSame() {
        let bodies = [
            "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: v\r\n\r\nGET /",
            "5\r\nhello\r\n6 \r\n", "1\r\nx\r\n0\r\n bad\r\n\r\n", "3\r\nabcd", "",
        ]
        for body in bodies {
            let bytes = Array(body.utf8)
            let whole = Decoded(bytes)
            for first in 0...bytes.count {
                for second in 0...(bytes.count - first) {
                    #expect(
                        Decoded(bytes, pieces: [first, second]) == whole,
                        "\(body) \(first) \(second)")
                }
            }
            #expect(Decoded(bytes, pieces: bytes.map { _ in 1 }) == whole)
        }
    }

    @Test func damagedBodiesInRandomPiecesGiveTheSame() {
        var random = SplitMix(seed: 7112)
        let alphabet = Array("0123456789abcdefF;=: \t\r\n\"x".utf8) + [0, 0x80]
        for _ in 0..<4000 {
            var bytes = Array(
                "b;e\r\nhello world\r\n1\r\n!\r\n0\r\nTrailer: value\r\n\r\nnext".utf8)
            for _ in 0..<random.below(4) {
                bytes[random.below(bytes.count)] = alphabet[random.below(alphabet.count)]
            }
            let pieces = (0..<random.below(8)).map { _ in random.below(12) }
            #expect(Decoded(bytes, pieces: pieces) == Decoded(bytes), "\(pieces) of \(bytes)")
        }
    }
}
