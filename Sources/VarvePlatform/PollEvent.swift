/// What a descriptor is watched for, and what has happened to it.
@usableFromInline
package struct Readiness: OptionSet, Sendable {
    /// Bits as epoll defines them; the kernel's interface fixes them for ever.
    @usableFromInline package let rawValue: UInt32

    /// A set with these bits.
    @inlinable
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read or accept, or the end of it.
    @inlinable package static var readable: Readiness { Readiness(rawValue: 0x1) }
    /// There is room to write, or a connection attempt is over.
    @inlinable package static var writable: Readiness { Readiness(rawValue: 0x4) }
    /// The peer will send no more.
    @inlinable package static var peerClosed: Readiness { Readiness(rawValue: 0x2000) }
    /// The descriptor is broken or gone; reported whether asked for or not.
    @inlinable package static var broken: Readiness { Readiness(rawValue: 0x18) }
}

/// One thing that happened to one descriptor.
@usableFromInline
package struct PollEvent: Sendable {
    /// What the descriptor was added with.
    @usableFromInline package var token: UInt64
    /// What happened.
    @usableFromInline package var readiness: Readiness

    /// An event; the default is an empty one to reserve room with.
    @inlinable
    package init(token: UInt64 = 0, readiness: Readiness = []) {
        self.token = token
        self.readiness = readiness
    }
}
