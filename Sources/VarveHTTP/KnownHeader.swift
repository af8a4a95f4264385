// The header names the server gives a meaning to. The parser keeps a slot for each of them and
// only checks and counts all others.

/// A header with a slot in `HeaderSlots`. At most 64, because presence is one bit of a word.
package enum KnownHeader: UInt8, Sendable, CaseIterable {
    // What frames and routes a message.
    case host
    case contentLength
    case transferEncoding
    case connection
    case expect
    case upgrade
    case te
    case trailer
    case keepAlive
    case http2Settings

    // What describes content and negotiates it.
    case contentType
    case contentEncoding
    case accept
    case acceptEncoding
    case range
    case ifMatch
    case ifNoneMatch
    case ifModifiedSince
    case cacheControl
    case date
    case entityTag
    case location
    case retryAfter

    // Who asks, and through whom.
    case authorization
    case cookie
    case origin
    case referer
    case userAgent
    case accessControlRequestMethod
    case accessControlRequestHeaders
    case accessControlRequestPrivateNetwork
    case forwarded
    case xForwardedFor
    case xForwardedProto
    case xForwardedHost
    case xRequestID
    case traceparent

    // The streams protocol.
    case lastEventID
    case streamTTL
    case streamExpiresAt
    case streamClosed
    case streamSeq
    case streamNextOffset
    case streamUpToDate
    case streamCursor
    case streamEarliestOffset
    case streamSSEDataEncoding
    case streamForkedFrom
    case streamForkOffset
    case streamForkSubOffset
    case streamRetainBytes
    case streamRetainSeconds
    case streamCompression
    case producerID
    case producerEpoch
    case producerSeq
    case producerExpectedSeq
    case producerReceivedSeq
    case webhookSignature

    /// The name in lower case.
    package var name: StaticString {
        switch self {
        case .host: "host"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .connection: "connection"
        case .expect: "expect"
        case .upgrade: "upgrade"
        case .te: "te"
        case .trailer: "trailer"
        case .keepAlive: "keep-alive"
        case .http2Settings: "http2-settings"
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .range: "range"
        case .ifMatch: "if-match"
        case .ifNoneMatch: "if-none-match"
        case .ifModifiedSince: "if-modified-since"
        case .cacheControl: "cache-control"
        case .date: "date"
        case .entityTag: "etag"
        case .location: "location"
        case .retryAfter: "retry-after"
        case .authorization: "authorization"
        case .cookie: "cookie"
        case .origin: "origin"
        case .referer: "referer"
        case .userAgent: "user-agent"
        case .accessControlRequestMethod: "access-control-request-method"
        case .accessControlRequestHeaders: "access-control-request-headers"
        case .accessControlRequestPrivateNetwork: "access-control-request-private-network"
        case .forwarded: "forwarded"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedProto: "x-forwarded-proto"
        case .xForwardedHost: "x-forwarded-host"
        case .xRequestID: "x-request-id"
        case .traceparent: "traceparent"
        case .lastEventID: "last-event-id"
        case .streamTTL: "stream-ttl"
        case .streamExpiresAt: "stream-expires-at"
        case .streamClosed: "stream-closed"
        case .streamSeq: "stream-seq"
        case .streamNextOffset: "stream-next-offset"
        case .streamUpToDate: "stream-up-to-date"
        case .streamCursor: "stream-cursor"
        case .streamEarliestOffset: "stream-earliest-offset"
        case .streamSSEDataEncoding: "stream-sse-data-encoding"
        case .streamForkedFrom: "stream-forked-from"
        case .streamForkOffset: "stream-fork-offset"
        case .streamForkSubOffset: "stream-fork-sub-offset"
        case .streamRetainBytes: "stream-retain-bytes"
        case .streamRetainSeconds: "stream-retain-seconds"
        case .streamCompression: "stream-compression"
        case .producerID: "producer-id"
        case .producerEpoch: "producer-epoch"
        case .producerSeq: "producer-seq"
        case .producerExpectedSeq: "producer-expected-seq"
        case .producerReceivedSeq: "producer-received-seq"
        case .webhookSignature: "webhook-signature"
        }
    }

    /// The header of that name, compared without case, or nil. The name has at least one byte; a
    /// carriage return in it passes for a hyphen, so the caller refuses control bytes.
    @inline(__always)
    package static func named(_ base: UnsafeRawPointer, count: Int) -> KnownHeader? {
        table.find(base, count: count)
    }

    /// Built once, never changed.
    private static let table = KnownHeaderTable()
}

/// An open-addressing hash table from names to headers.
private struct KnownHeaderTable: @unchecked Sendable {
    // Sendable because `entries` is written only by the initialiser and never freed.

    /// One name; `count` is zero where the table is empty.
    private struct Entry {
        var name: UnsafeRawPointer
        var count: Int
        var header: KnownHeader
    }

    private static let capacity = 256
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        let empty = Entry(
            name: UnsafeRawPointer(("" as StaticString).utf8Start), count: 0, header: .host)
        entries = .allocate(capacity: Self.capacity)
        entries.initialize(repeating: empty, count: Self.capacity)
        for header in KnownHeader.allCases {
            let name = UnsafeRawPointer(header.name.utf8Start)
            let count = header.name.utf8CodeUnitCount
            var index = Self.hash(name, count)
            while entries[index].count != 0 { index = (index + 1) % Self.capacity }
            entries[index] = Entry(name: name, count: count, header: header)
        }
    }

    /// Mixes the length with the first, the middle and the last character, all without case.
    @inline(__always)
    private static func hash(_ base: UnsafeRawPointer, _ count: Int) -> Int {
        let first = UInt32(base.load(as: UInt8.self) | 0x20)
        let middle = UInt32(base.load(fromByteOffset: count &>> 1, as: UInt8.self) | 0x20)
        let last = UInt32(base.load(fromByteOffset: count &- 1, as: UInt8.self) | 0x20)
        let mixed = (first &<< 16 ^ middle &<< 8 ^ last ^ UInt32(truncatingIfNeeded: count) &<< 5)
        return Int((mixed &* 0x9E37_79B1) &>> 24)
    }

    @inline(__always)
    func find(_ base: UnsafeRawPointer, count: Int) -> KnownHeader? {
        var index = Self.hash(base, count)
        while entries[index].count != 0 {
            if entries[index].count == count && Self.matches(base, entries[index].name, count) {
                return entries[index].header
            }
            index = (index &+ 1) & (Self.capacity &- 1)
        }
        return nil
    }

    /// Whether `base` is `name` but for case. Setting bit 0x20 maps capitals to small letters and
    /// leaves digits and the hyphen alone; the only byte it would map onto a hyphen by mistake is a
    /// carriage return, which is no token character.
    @inline(__always)
    private static func matches(_ base: UnsafeRawPointer, _ name: UnsafeRawPointer, _ count: Int)
        -> Bool
    {
        let small: UInt64 = 0x2020_2020_2020_2020
        var index = 0
        while count &- index >= 8 {
            let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word | small != name.loadUnaligned(fromByteOffset: index, as: UInt64.self) {
                return false
            }
            index &+= 8
        }
        while index < count {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte | 0x20 != name.load(fromByteOffset: index, as: UInt8.self) { return false }
            index &+= 1
        }
        return true
    }
}
