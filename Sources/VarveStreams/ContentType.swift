import VarveBytes

/// The content type of a stream: the value as its creator gave it, and what Varve needs to know
/// about it.
///
/// Two values are the same type when their media types are equal without regard to case; parameters
/// do not count. Immutable; shared by the streams that have the same value.
package final class ContentType: Sendable {
    /// The longest value, in bytes.
    package static let bytesMax = 255
    /// What a stream has that was created without a content type.
    package static let fallback: StaticString = "application/octet-stream"

    /// True for `application/json` with any parameters: the stream keeps message boundaries.
    package let isJSON: Bool
    /// True for `text/*`: server-sent events carry the bytes as they are.
    package let isText: Bool
    /// The number of bytes of the value.
    package let byteCount: Int
    /// The number of bytes of the value before its parameters.
    private let mediaTypeByteCount: Int
    // Never written after init, freed by deinit: safe to read from any thread.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer

    /// The type for a header's value; a value that is not `type/subtype` stands for `fallback`, as
    /// does none at all. `value` must not be longer than `bytesMax`.
    package init(_ value: UnsafeRawBufferPointer?) {
        var bytes = Self.trimmed(value ?? UnsafeRawBufferPointer(Self.fallback))
        if !Self.isWellFormed(bytes) { bytes = UnsafeRawBufferPointer(Self.fallback) }
        precondition(bytes.count <= Self.bytesMax, "the length is checked before")
        base = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
        UnsafeMutableRawBufferPointer(start: base, count: bytes.count).copyMemory(from: bytes)
        byteCount = bytes.count
        let mediaType = Self.mediaType(of: bytes)
        mediaTypeByteCount = mediaType.count
        isJSON = mediaType.equalsIgnoringCase("application/json")
        isText =
            mediaType.count > 5
            && UnsafeRawBufferPointer(rebasing: mediaType[..<5]).equalsIgnoringCase("text/")
    }

    deinit {
        base.deallocate()
    }

    /// The value as it was given; valid as long as this object.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: byteCount)
    }

    /// The value as it was given.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// True when `value`, a header's value, is of the same media type.
    package func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        if value.equals(bytes) { return true }
        let mine = UnsafeRawBufferPointer(start: base, count: mediaTypeByteCount)
        return Self.mediaType(of: Self.trimmed(value)).equalsIgnoringCase(mine)
    }

    /// True when `other` is of the same media type.
    package func matches(_ other: ContentType) -> Bool {
        self === other || matches(other.bytes)
    }

    /// The part of `value` before its parameters, without white space.
    private static func mediaType(of value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
        return trimmed(UnsafeRawBufferPointer(rebasing: value[..<end]))
    }

    /// True when the media type of `value` is two tokens parted by a slash.
    private static func isWellFormed(_ value: UnsafeRawBufferPointer) -> Bool {
        let mediaType = mediaType(of: value)
        guard let slash = mediaType.firstIndex(of: UInt8(ascii: "/")), slash > 0,
            slash + 1 < mediaType.count
        else { return false }
        return mediaType.indices.allSatisfy { $0 == slash || isTokenByte(mediaType[$0]) }
    }

    /// True for the bytes of a token (RFC 9110, section 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// `bytes` without the spaces and tabs around them.
    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
