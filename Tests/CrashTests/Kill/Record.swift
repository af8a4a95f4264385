/// One record of the load: its bytes follow from its number and length alone, so that the test need
/// not keep them to know them.
struct Record: Equatable, Sendable {
    /// A number no other record of the run has.
    let identifier: UInt64

    /// How many bytes it has.
    let count: Int

    /// The shortest record of either kind that carries its number and length.
    static let countMin = 48

    /// What stands before the filling of a binary record: number and length in hex.
    static let headCount = 26

    /// The record as opaque bytes: number, length, filling.
    var binary: [UInt8] {
        filled(
            head: Self.hexadecimal(identifier, digits: 16) + " "
                + Self.hexadecimal(UInt64(count), digits: 8) + "\n", end: "")
    }

    /// The record as one JSON message without any white space.
    var json: [UInt8] {
        filled(
            head: "{\"id\":\"" + Self.hexadecimal(identifier, digits: 16) + "\",\"fill\":\"",
            end: "\"}")
    }

    /// The number and length that the head of a binary record at `start` of `bytes` states.
    static func head(of bytes: ArraySlice<UInt8>) -> Record? {
        guard bytes.count >= headCount else { return nil }
        let words = String(decoding: bytes.prefix(headCount - 1), as: UTF8.self).split(
            separator: " ")
        guard words.count == 2, let identifier = UInt64(words[0], radix: 16),
            let count = Int(words[1], radix: 16)
        else { return nil }
        return Record(identifier: identifier, count: count)
    }

    /// A number in so many digits. Foundation's formatting would be most of what a load costs.
    static func hexadecimal(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// `head`, a filling that differs from record to record and from place to place, `end`.
    private func filled(head: String, end: String) -> [UInt8] {
        let other = identifier &* 0x9e37_79b9_7f4a_7c15
        let block = Array(
            (Self.hexadecimal(identifier, digits: 16) + "-" + Self.hexadecimal(other, digits: 16)
                + ".").utf8)
        let filling = count - head.utf8.count - end.utf8.count
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let base = UnsafeMutableRawPointer(buffer.baseAddress!)
            base.copyMemory(from: head, byteCount: head.utf8.count)
            let start = base + head.utf8.count
            var done = min(block.count, filling)
            start.copyMemory(from: block, byteCount: done)
            // 7 bytes short of doubling: the pattern shifts against powers of two, so a moved piece
            // shows.
            while done < filling {
                let piece = min(max(done - 7, 1), filling - done)
                (start + done).copyMemory(from: start, byteCount: piece)
                done += piece
            }
            (start + filling).copyMemory(from: end, byteCount: end.utf8.count)
            initialized = count
        }
    }
}
