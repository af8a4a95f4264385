import VarveBytes

/// How much of a stream is kept by itself: what is more, or older, is trimmed away.
///
/// Part of a stream's configuration; it never changes. A fork does not inherit it.
package struct StreamRetention: Equatable, Sendable {
    /// `Stream-Retain-Bytes`: at most so many bytes that readers see; nil = any number.
    package var bytes: UInt64?
    /// `Stream-Retain-Seconds`: what was appended longer ago goes; nil = never.
    package var seconds: UInt64?

    /// Everything is kept.
    package static let everything = StreamRetention()

    /// The most bytes that can be asked for.
    package static let bytesMax: UInt64 = 1 << 62
    /// The most seconds that can be asked for.
    package static let secondsMax = StreamLifetime.secondsMax

    /// A retention; without arguments everything is kept.
    package init(bytes: UInt64? = nil, seconds: UInt64? = nil) {
        self.bytes = bytes
        self.seconds = seconds
    }

    /// Whether nothing is ever trimmed by itself.
    package var keepsEverything: Bool { bytes == nil && seconds == nil }

    /// The value of a `Stream-Retain-Bytes` header; nil unless it is digits without a leading zero,
    /// at most `bytesMax`.
    package static func bytes(_ value: UnsafeRawBufferPointer) -> UInt64? {
        number(value, most: bytesMax)
    }

    /// The value of a `Stream-Retain-Seconds` header; nil unless it is digits without a leading
    /// zero, at most `secondsMax`.
    package static func seconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
        number(value, most: secondsMax)
    }

    /// Whether the figures are within their bounds.
    var isValid: Bool {
        bytes ?? 0 <= Self.bytesMax && seconds ?? 0 <= Self.secondsMax
    }

    private static func number(_ value: UnsafeRawBufferPointer, most: UInt64) -> UInt64? {
        guard let number = DecimalDigits.parse(value, allowingLeadingZeros: false), number <= most
        else { return nil }
        return number
    }
}
