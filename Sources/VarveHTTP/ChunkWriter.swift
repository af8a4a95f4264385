// The chunked transfer coding of responses whose length is not known (RFC 9112, section 7.1).

import VarveBytes

/// Writes chunks into an `OutputBuffer`.
package enum ChunkWriter {
    /// The end of a chunked body without trailers.
    package static let end: StaticString = "0\r\n\r\n"

    /// Begins a chunk whose content the caller appends next; returns what `close` needs. The size
    /// takes eight digits, zeros in front, so that it can be set afterwards.
    package static func open(in buffer: OutputBuffer) -> Int {
        buffer.append("00000000\r\n")
        return buffer.count
    }

    /// Ends the chunk begun by the `open` that returned `start`. An empty chunk would end the body,
    /// so it is taken back.
    package static func close(_ start: Int, in buffer: OutputBuffer) {
        let size = buffer.count - start
        guard size > 0 else {
            buffer.truncate(to: start - 10)
            return
        }
        precondition(size <= Int(UInt32.max))
        let digits = buffer.patchable(at: start - 10, count: 8)
        var rest = size
        for index in (0..<8).reversed() {
            digits[index] = Hex.digit(UInt8(rest & 0xF))
            rest >>= 4
        }
        buffer.append("\r\n")
    }
}
