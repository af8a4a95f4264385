// The request methods. Names are case-sensitive (RFC 9110, section 9.1).

import VarveBytes

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
        return UnsafeRawBufferPointer(start: base, count: count).equals(candidate.name)
            ? candidate : .unknown
    }
}
