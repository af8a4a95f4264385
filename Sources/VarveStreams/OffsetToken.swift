import VarveBytes
public import VarveLog

/// The text form of a position in a stream, as clients see it.
///
/// A token is the record number and the byte position, each as sixteen lowercase hexadecimal
/// digits, with `_` between: tokens sort as text in stream order. Every position has one token and
/// only that spelling parses. Tokens are promised forever.
public enum OffsetToken {
    /// The number of bytes of every token.
    public static let byteCount = 33

    /// The position that `text` names; nil when it is not a token.
    ///
    /// Whether the position exists in a stream is found out by reading there.
    public static func parse(_ text: UnsafeRawBufferPointer) -> StreamPosition? {
        guard text.count == byteCount, text[16] == separator,
            let record = Hex.parse16(UnsafeRawBufferPointer(rebasing: text[0..<16])),
            let byte = Hex.parse16(UnsafeRawBufferPointer(rebasing: text[17..<33]))
        else { return nil }
        return StreamPosition(record: record, byte: byte)
    }

    /// The position that `text` names; nil when it is not a token.
    public static func parse(_ text: String) -> StreamPosition? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    /// Writes the `byteCount` bytes of the token of `position` to `pointer`.
    public static func write(_ position: StreamPosition, to pointer: UnsafeMutableRawPointer) {
        Hex.write16(position.record, to: pointer)
        pointer.storeBytes(of: separator, toByteOffset: 16, as: UInt8.self)
        Hex.write16(position.byte, to: pointer + 17)
    }

    /// The token of `position` as a string.
    public static func string(_ position: StreamPosition) -> String {
        String(unsafeUninitializedCapacity: byteCount) { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            write(position, to: base)
            return byteCount
        }
    }

    private static let separator = UInt8(ascii: "_")
}
