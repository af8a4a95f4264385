import VarveBytes

/// When a stream goes by itself: never, when nobody used it for a while, or at a moment.
package enum StreamLifetime: Equatable, Sendable {
    /// Until it is deleted.
    case unlimited
    /// `Stream-TTL`: this many seconds after it was last read or appended to.
    case sliding(seconds: UInt64)
    /// `Stream-Expires-At`: at a moment, in milliseconds since 1970-01-01T00:00:00Z.
    case absolute(milliseconds: UInt64)

    /// The longest `Stream-TTL`, in seconds: some 35,000 years, so that no sum overflows.
    package static let secondsMax: UInt64 = 1 << 40

    /// The value of a `Stream-TTL` header; nil unless it is digits without a leading zero, at most
    /// `secondsMax`.
    package static func timeToLive(_ value: UnsafeRawBufferPointer) -> StreamLifetime? {
        guard let seconds = DecimalDigits.parse(value, allowingLeadingZeros: false),
            seconds <= secondsMax
        else { return nil }
        return .sliding(seconds: seconds)
    }

    /// The value of a `Stream-Expires-At` header; nil unless it is an RFC 3339 date and time.
    package static func expiresAt(_ value: UnsafeRawBufferPointer) -> StreamLifetime? {
        InternetTime.parse(value).map { .absolute(milliseconds: $0) }
    }

    /// The sliding window in milliseconds; nil for the other kinds.
    var windowMilliseconds: UInt64? {
        if case .sliding(let seconds) = self { seconds * 1000 } else { nil }
    }
}
