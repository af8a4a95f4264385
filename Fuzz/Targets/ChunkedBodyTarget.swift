// Chunked bodies: no input may trap the decoder or make it read past its input, and how the input
// is split makes no difference to the content, the end or the refusal.

import VarveHTTP

extension FuzzTarget {
    /// The first byte is the size of the pieces, the rest is the body.
    static let chunkedBody = FuzzTarget(name: "chunked-body") { data, size in
        var input = FuzzInput(data, size)
        let piece = Int(input.takeByte()) + 1
        let whole = DecodedBody(input.rest, pieceBytes: input.rest.count + 1)
        demand(whole == DecodedBody(input.rest, pieceBytes: piece), "a split changes nothing")
        demand(UInt64(whole.content.count) <= whole.announced, "content was announced")
        return 0
    }
}

/// What decoding a body in pieces gives.
private struct DecodedBody: Equatable {
    var content: [UInt8] = []
    var last = ChunkedDecoder.Step.needsMore
    var taken = 0
    var announced: UInt64 = 0

    init(_ bytes: UnsafeRawBufferPointer, pieceBytes: Int) {
        var decoder = ChunkedDecoder()
        var start = 0
        while start < bytes.count && last == .needsMore {
            let piece = bytes[start..<min(start + pieceBytes, bytes.count)]
            taken += withExactCopy(UnsafeRawBufferPointer(rebasing: piece)) { decode($0, &decoder) }
            start += pieceBytes
        }
        announced = decoder.announcedBytes
    }

    /// Decodes one piece; returns how much of it was taken.
    private mutating func decode(
        _ piece: UnsafeRawBufferPointer, _ decoder: inout ChunkedDecoder
    ) -> Int {
        var position = 0
        while true {
            last = decoder.next(piece, from: &position)
            guard case .content(let range) = last else { return position }
            demand(!range.isEmpty && range.upperBound == position, "content is what was just taken")
            content += piece[range]
        }
    }
}
