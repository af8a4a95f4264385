// The headers by which browsers decide what scripts of other sites may do, and those that every
// response carries.

import VarveBytes
import VarveHTTP

/// The header lines that are the same for all responses, made once.
final class CrossOrigin: Sendable {
    /// Every header of ours that a script may read.
    private static let exposed =
        "Stream-Next-Offset, Stream-Cursor, Stream-Up-To-Date, Stream-Closed, Stream-TTL, "
        + "Stream-Expires-At, Stream-Earliest-Offset, Stream-SSE-Data-Encoding, Producer-Epoch, "
        + "Producer-Seq, Producer-Expected-Seq, Producer-Received-Seq, ETag, Location, "
        + "Content-Type, Retry-After, Content-Encoding, Connect-Content-Encoding"

    /// Every header of a request that a script may send.
    private static let allowed =
        "Content-Type, Authorization, If-Match, If-None-Match, Stream-Seq, Stream-TTL, "
        + "Stream-Expires-At, Stream-Closed, Stream-Forked-From, Stream-Fork-Offset, "
        + "Stream-Fork-Sub-Offset, Producer-Id, Producer-Epoch, Producer-Seq, "
        + "Last-Event-ID, Cache-Control, Connect-Protocol-Version, Connect-Timeout-Ms, "
        + "Connect-Content-Encoding, Connect-Accept-Encoding, Content-Encoding, Store-Heartbeat"

    /// The methods of a stream.
    static let methods: StaticString = "GET, HEAD, PUT, POST, DELETE, OPTIONS"

    private static let protection =
        "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: cross-origin\r\n"

    private let everyResponse: [UInt8]
    private let preflight: [UInt8]
    private let origins: [[UInt8]]?

    /// Headers for the given origins; nil allows all.
    init(allowedOrigins: [String]?) {
        origins = allowedOrigins.map { $0.map { Array($0.utf8) } }
        let origin =
            allowedOrigins == nil ? "Access-Control-Allow-Origin: *\r\n" : "Vary: Origin\r\n"
        everyResponse = Array(
            (Self.protection + origin + "Access-Control-Expose-Headers: \(Self.exposed)\r\n").utf8)
        preflight = Array(
            ("Access-Control-Allow-Methods: \(Self.methods)\r\n"
                + "Access-Control-Allow-Headers: \(Self.allowed)\r\n"
                + "Access-Control-Max-Age: 86400\r\n").utf8)
    }

    /// The place of a request's origin among those that are allowed; nil when it is not.
    ///
    /// Kept instead of the origin by requests that are answered later.
    func place(of origin: UnsafeRawBufferPointer?) -> Int? {
        guard let origins, let origin else { return nil }
        return origins.firstIndex { $0.withUnsafeBytes { $0.equals(origin) } }
    }

    /// Writes what every response has; `place` is that of the request's origin.
    @inline(__always)
    func write(to writer: ResponseWriter, place: Int?) {
        everyResponse.withUnsafeBytes { writer.lines($0) }
        guard let place, let origins else { return }
        origins[place].withUnsafeBytes { writer.header("Access-Control-Allow-Origin", $0) }
    }

    /// Writes what a preflight has besides.
    func writePreflight(to writer: ResponseWriter) {
        preflight.withUnsafeBytes { writer.lines($0) }
    }
}
