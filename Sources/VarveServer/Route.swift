// From a request's path to what it names. Every path of the server is on this screen.

import VarveBytes
import VarveHTTP
import VarveStreams

/// What a path names.
enum Route {
    /// A stream; its decoded name lies in the loop's name buffer.
    case stream(UnsafeRawBufferPointer)
    /// A stream whose name is not allowed.
    case invalidName
    /// `{base}/__ds/streams`: the list.
    case list
    /// `{base}/__ds/settle`: settling on demand.
    case settle
    /// `{base}/__ds/compact`: merging segments on demand.
    case compact
    /// `{base}/__ds/stats`: what the log amounts to.
    case stats
    /// `{base}/__ds/backup`: a copy of the log.
    case backup
    /// `{base}/__ds/keys`: the public keys that check signed heads.
    case keys
    /// `{base}/__ds/heads/NAME`: a stream's signed head; the name lies in the loop's name buffer.
    case signedHead(UnsafeRawBufferPointer)
    /// `{base}/__ds/verify/NAME`: verification of a stream; the name lies in the loop's name
    /// buffer.
    case verify(UnsafeRawBufferPointer)
    /// `{base}/__ds/trim/{name}`: trimming a stream; its decoded name lies in the name buffer.
    case trim(UnsafeRawBufferPointer)
    /// `{base}/__ds/redact/{name}`: erasing records; the stream's decoded name lies in the name
    /// buffer.
    case redact(UnsafeRawBufferPointer)
    /// `{base}/__ds/subscriptions` and everything below it.
    case subscriptions
    /// `/health`.
    case health
    /// `/ready`.
    case ready
    /// `/metrics`.
    case metrics
    /// A method of the store.
    case store(StoreMethod)
    /// Something below a service of the store that is none of its methods.
    case unknownStoreMethod
    /// Nothing.
    case unknown

    /// The most bytes that the name in a path can have before it is decoded.
    static let encodedNameBytesMax = 3 * StreamName.bytesMax

    /// Finds what `path` (still percent-encoded) names; `names` takes the decoded name.
    static func find(
        _ path: UnsafeRawBufferPointer, basePath: UnsafeRawBufferPointer,
        names: UnsafeMutableRawBufferPointer
    ) -> Route {
        let base = basePath.count
        guard path.count > base, path[base] == UInt8(ascii: "/"),
            UnsafeRawBufferPointer(rebasing: path[..<base]).equals(basePath)
        else { return service(path) }
        let rest = UnsafeRawBufferPointer(rebasing: path[(base + 1)...])
        guard rest.count <= min(encodedNameBytesMax, names.count),
            let count = try? PercentCoding.decode(rest, into: names)
        else { return .invalidName }
        let name = UnsafeRawBufferPointer(rebasing: names[..<count])
        if name.rest(behind: "__ds/") != nil { return control(name) }
        switch StreamName.fault(in: name) {
        case nil: return .stream(name)
        case .reserved: return control(name)
        default: return .invalidName
        }
    }

    /// Paths of the server itself.
    private static func service(_ path: UnsafeRawBufferPointer) -> Route {
        if path.equals("/health") { return .health }
        if path.equals("/ready") { return .ready }
        if path.equals("/metrics") { return .metrics }
        if let method = StoreMethod.find(path) { return .store(method) }
        if StoreMethod.isBelowService(path) { return .unknownStoreMethod }
        return .unknown
    }

    /// Paths below the reserved segment.
    private static func control(_ name: UnsafeRawBufferPointer) -> Route {
        if name.equals("__ds/streams") { return .list }
        if name.equals("__ds/settle") { return .settle }
        if name.equals("__ds/compact") { return .compact }
        if name.equals("__ds/backup") { return .backup }
        if name.equals("__ds/stats") { return .stats }
        if name.equals("__ds/keys") { return .keys }
        if let stream = name.rest(behind: "__ds/heads/") {
            return StreamName.fault(in: stream) == nil ? .signedHead(stream) : .invalidName
        }
        if let stream = name.rest(behind: "__ds/verify/") {
            return StreamName.fault(in: stream) == nil ? .verify(stream) : .invalidName
        }
        if let stream = name.rest(behind: "__ds/trim/") {
            return StreamName.fault(in: stream) == nil ? .trim(stream) : .invalidName
        }
        if let stream = name.rest(behind: "__ds/redact/") {
            return StreamName.fault(in: stream) == nil ? .redact(stream) : .invalidName
        }
        let subscriptions: StaticString = "__ds/subscriptions"
        let length = subscriptions.utf8CodeUnitCount
        if name.count >= length,
            UnsafeRawBufferPointer(rebasing: name[..<length]).equals(subscriptions),
            name.count == length || name[length] == UInt8(ascii: "/")
        {
            return .subscriptions
        }
        return .unknown
    }
}

extension UnsafeRawBufferPointer {
    /// What follows `prefix`; nil when they do not begin with it.
    fileprivate func rest(behind prefix: StaticString) -> UnsafeRawBufferPointer? {
        let length = prefix.utf8CodeUnitCount
        guard count >= length, UnsafeRawBufferPointer(rebasing: self[..<length]).equals(prefix)
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: self[length...])
    }
}
