/// Recognises the commonest answer without parsing it: 204, which has no content whatever its
/// headers say.
///
/// The load must cost less than the server. Where the headers are not asked for, only the end of
/// the head matters.
enum BareAnswer {
    private static let start: StaticString = "HTTP/1.1 204"
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The bytes of the answer that `input` begins with; nil when it is another or incomplete.
    static func length(_ input: UnsafeRawBufferPointer) -> Int? {
        let count = start.utf8CodeUnitCount
        guard input.count > count, let base = input.baseAddress else { return nil }
        for index in 0..<count
        where base.load(fromByteOffset: index, as: UInt8.self)
            != start.utf8Start[index]
        {
            return nil
        }
        // Looks at the last byte of each window of four; one that is no part of a line end lets the
        // window jump over itself.
        var index = count
        while index &+ 4 <= input.count {
            let last = base.load(fromByteOffset: index &+ 3, as: UInt8.self)
            if last == lineFeed {
                let window = base.loadUnaligned(fromByteOffset: index, as: UInt32.self)
                if window == UInt32(littleEndian: 0x0A0D_0A0D) { return index &+ 4 }
                index &+= 2
            } else {
                index &+= last == carriageReturn ? 1 : 4
            }
        }
        return nil
    }
}
