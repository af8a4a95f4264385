import Foundation

/// Splits an array of JSON values into the bytes of its elements, without parsing these.
///
/// The array comes from a server that validated each element; here only strings and brackets are
/// followed. Bytes that are no array give no elements.
enum JSONMessages {
    /// The elements of `array`, without the white space around them.
    static func split(_ array: Data) -> [Data] {
        let ranges = array.withUnsafeBytes { elementRanges($0) }
        return ranges.map { range in
            array.subdata(
                in: array.startIndex + range.lowerBound..<array.startIndex + range.upperBound)
        }
    }

    /// Where the elements lie in `bytes`.
    private static func elementRanges(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var depth = 0
        var start = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = stringEnd(bytes, from: index)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth == 1 { start = index + 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { append(start..<index, of: bytes, to: &ranges) }
            case UInt8(ascii: ","):
                if depth == 1 {
                    append(start..<index, of: bytes, to: &ranges)
                    start = index + 1
                }
            default: break
            }
            index += 1
        }
        return ranges
    }

    /// The index of the quote that ends the string whose first quote is at `start`.
    private static func stringEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    /// Adds a range without the white space around it; nothing when it is all white space.
    private static func append(
        _ range: Range<Int>, of bytes: UnsafeRawBufferPointer, to ranges: inout [Range<Int>]
    ) {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isSpace(bytes[lower]) { lower += 1 }
        while upper > lower, isSpace(bytes[upper - 1]) { upper -= 1 }
        if lower < upper { ranges.append(lower..<upper) }
    }

    /// Whether JSON counts the byte as white space.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
