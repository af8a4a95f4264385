import Glibc

extension Socket {
    /// Listens at a host and port (socket, bind, listen); the descriptor does not block.
    ///
    /// - Parameters:
    ///   - host: an IPv4 or IPv6 literal (brackets allowed) or a name; its first address that can
    ///     be bound is used.
    ///   - port: 0 lets the kernel choose; `localPort` tells which.
    ///   - reusePort: several listeners share the port and the kernel spreads connections.
    package static func listen(
        host: String, port: UInt16, reusePort: Bool = false, backlog: Int32 = 4096
    ) throws(SystemError) -> Descriptor {
        try withAddresses(host, port, passive: true) { (address) throws(SystemError) in
            let descriptor = try open(address)
            try setOption(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, 1)
            if reusePort { try setOption(descriptor.raw, SOL_SOCKET, SO_REUSEPORT, 1) }
            guard bind(descriptor.raw, address.ai_addr, address.ai_addrlen) == 0 else {
                throw .last("bind")
            }
            guard Glibc.listen(descriptor.raw, backlog) == 0 else { throw .last("listen") }
            return descriptor
        }
    }

    /// Begins a connection to a host and port (socket, connect); the descriptor does not block.
    ///
    /// When it is writable, `takeError` says whether the connection was made.
    package static func connect(host: String, port: UInt16) throws(SystemError) -> Descriptor {
        try withAddresses(host, port, passive: false) { (address) throws(SystemError) in
            let descriptor = try open(address)
            while Glibc.connect(descriptor.raw, address.ai_addr, address.ai_addrlen) != 0 {
                if errno == EINPROGRESS { break }
                if errno != EINTR { throw .last("connect") }
            }
            return descriptor
        }
    }

    /// The port a socket is bound to (getsockname).
    package static func localPort(_ descriptor: Int32) throws(SystemError) -> UInt16 {
        var name = sockaddr_storage()
        guard getName(descriptor, &name, getsockname) else { throw .last("getsockname") }
        // The port is at the same place, two bytes in network order, in both families.
        return withUnsafeBytes(of: name) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// Whether both ends of a connection have the same address, and so are on the same machine
    /// (getsockname, getpeername).
    package static func isWithinMachine(_ descriptor: Int32) -> Bool {
        var own = sockaddr_storage()
        var other = sockaddr_storage()
        guard getName(descriptor, &own, getsockname), getName(descriptor, &other, getpeername),
            own.ss_family == other.ss_family
        else { return false }
        let place = own.ss_family == sa_family_t(AF_INET6) ? 8..<24 : 4..<8
        return withUnsafeBytes(of: own) { own in
            withUnsafeBytes(of: other) { other in
                own[place].elementsEqual(other[place])
            }
        }
    }

    /// Fills `name` by `call`; false when that fails.
    private static func getName(
        _ descriptor: Int32, _ name: inout sockaddr_storage,
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Bool {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, &length) == 0
            }
        }
    }

    private static func open(_ address: addrinfo) throws(SystemError) -> Descriptor {
        let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { throw .last("socket") }
        return Descriptor(owning: descriptor)
    }

    /// Tries `body` on each address of a host until one works; throws the first error.
    private static func withAddresses(
        _ host: String, _ port: UInt16, passive: Bool,
        _ body: (addrinfo) throws(SystemError) -> Descriptor
    ) throws(SystemError) -> Descriptor {
        let place = "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(withoutBrackets(host), "\(port)", &hints, &list)
        guard code == 0 else {
            throw SystemError(
                call: "getaddrinfo", code: code == EAI_SYSTEM ? errno : ENXIO, path: place)
        }
        defer { freeaddrinfo(list) }
        var failure = SystemError(call: "getaddrinfo", code: ENXIO, path: place)
        var isFirst = true
        var next = list
        while let address = next {
            do {
                return try body(address.pointee)
            } catch {
                if isFirst { failure = error.about(place) }
                isFirst = false
            }
            next = address.pointee.ai_next
        }
        throw failure
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
