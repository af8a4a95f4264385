// The cursor of live reads: a number that grows with time, so that a cache in front of the server
// never gives a client the same long-poll twice.

import VarveBytes

/// Arithmetic of stream cursors.
package enum StreamCursor {
    /// The length of an interval in seconds.
    package static let intervalSeconds: UInt64 = 20
    /// Where intervals are counted from: 2024-10-09T00:00:00Z, in seconds since 1970.
    package static let epochSeconds: UInt64 = 1_728_432_000
    /// The most intervals by which a cursor is put in front of the client's.
    package static let jitterMax: UInt64 = 180
    /// The largest cursor that a client may send; what JavaScript still counts exactly. A larger
    /// one counts as absent.
    package static let clientMax: UInt64 = 1 << 53 - 1

    /// The cursor to send: the current interval, or, if the client's cursor is not smaller, the
    /// client's plus 1 to `jitterMax` intervals chosen by `random`. A client's cursor that is not a
    /// plain decimal number counts as absent.
    package static func next(
        unixSeconds: UInt64, client: UnsafeRawBufferPointer?, random: UInt64
    ) -> UInt64 {
        let elapsed = unixSeconds > epochSeconds ? unixSeconds - epochSeconds : 0
        let current = elapsed / intervalSeconds
        guard let client, let sent = DecimalDigits.parse(client), sent <= clientMax, sent >= current
        else { return current }
        return sent + 1 + random % jitterMax
    }
}
