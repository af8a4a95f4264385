// The property of the head parser that everything else rests on: how the input is split makes no
// difference.

import Testing
import VarveHTTP

/// Same result for every split.
struct RequestSplitTests {
    /// Heads of all kinds, good and bad.
    static let heads = [
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\r\nPOST /a?b=c HTTP/1.1\r\nHost: h:1\r\nContent-Length: 5\r\nStream-Seq: 1\r\n\r\nhello",
        "PUT http://a/b HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nRange: a\r\nRange: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET /\u{1}x HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "\r\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n",
        "GET /" + String(repeating: "x", count: 200) + " HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /" + String(repeating: "x", count: 120) + " HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 300) + "\r\n\r\n",
        String(repeating: "A", count: 300),
        "A " + String(repeating: "\u{2}", count: 300),
    ]

    private let limits = HeadLimits(headBytesMax: 256, headersMax: 5, targetBytesMax: 100)

    @Test(arguments: heads)
    func everySplitInTwoGivesTheSame(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = ParserProbe(bytes, limits: limits).summary
        for cut in 0...bytes.count {
            #expect(
                ParserProbe(bytes, cuts: [cut], limits: limits).summary == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: heads)
    func singleBytesGiveTheSame(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = ParserProbe(bytes, limits: limits).summary
        #expect(ParserProbe(bytes, cuts: Array(0..<bytes.count), limits: limits).summary == whole)
    }

    @Test func damagedHeadsInRandomPiecesGiveTheSame() {
        var random = SplitMix(seed: 20_241_009)
        for _ in 0..<4000 {
            var bytes = Array(Self.heads[random.below(Self.heads.count)].utf8)
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                let alphabet: [UInt8] = [
                    0x0D, 0x0A, 0x20, 0x3A, 0x00, 0x2C, 0x30, 0x80, 0x41, 0x7F,
                ]
                bytes[random.below(bytes.count)] = alphabet[random.below(alphabet.count)]
            }
            let whole = ParserProbe(bytes, limits: limits).summary
            let cuts = (0..<random.below(6)).map { _ in random.below(bytes.count + 1) }.sorted()
            let split = ParserProbe(bytes, cuts: cuts, limits: limits).summary
            #expect(split == whole, "cuts \(cuts) of \(bytes)")
        }
    }
}

/// A small deterministic generator, so that a failure can be repeated.
struct SplitMix {
    private var state: UInt64

    /// A generator of the sequence of `seed`.
    init(seed: UInt64) {
        state = seed
    }

    /// The next number.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
