// The request methods. Names are case-sensitive (RFC 9110, section 9.1).

/// A request method, as far as this server knows it.
package enum HTTPMethod: UInt8, Sendable, Equatable, CaseIterable {
    case get
    case head
    case post
    case put
    case delete
    case options
    case patch
    case trace
    /// A well-formed method that RFC 9110 does not define: answered with 501.
    case unknown

    /// The name as it is sent; empty for `unknown`.
    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .patch: "PATCH"
        case .trace: "TRACE"
        case .unknown: ""
        }
    }

    /// The method of that exact name, or `unknown`.
    static func named(_ base: UnsafeRawPointer, count: Int) -> HTTPMethod {
        let candidate: HTTPMethod
        switch (count, base.load(as: UInt8.self)) {
        case (3, UInt8(ascii: "G")): candidate = .get
        case (3, _): candidate = .put
        case (4, UInt8(ascii: "P")): candidate = .post
        case (4, _): candidate = .head
        case (5, UInt8(ascii: "P")): candidate = .patch
        case (5, _): candidate = .trace
        case (6, _): candidate = .delete
        case (7, _): candidate = .options
        default: return .unknown
        }
        return candidate.name.equals(base, count: count) ? candidate : .unknown
    }
}

extension StaticString {
    /// Whether the bytes at `base` are exactly this string.
    @inline(__always)
    func equals(_ base: UnsafeRawPointer, count: Int) -> Bool {
        guard count == utf8CodeUnitCount else { return false }
        let expected = utf8Start
        for index in 0..<count
        where base.load(fromByteOffset: index, as: UInt8.self) != expected[index] {
            return false
        }
        return true
    }

    /// Whether the bytes at `base` are this string, ASCII letters compared without case. The string
    /// itself must be in lower case.
    @inline(__always)
    func equalsIgnoringCase(_ base: UnsafeRawPointer, count: Int) -> Bool {
        guard count == utf8CodeUnitCount else { return false }
        let expected = utf8Start
        for index in 0..<count {
            var byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte >= 0x41 && byte <= 0x5A { byte |= 0x20 }
            if byte != expected[index] { return false }
        }
        return true
    }
}
