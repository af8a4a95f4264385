import CVarve

/// What a descriptor is watched for, and what has happened to it.
package struct Readiness: OptionSet, Sendable {
    /// Bits as epoll defines them.
    package let rawValue: UInt32

    /// A set with these bits.
    @inlinable
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read or accept, or the end of it.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write, or a connection attempt is over.
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more.
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// The descriptor is broken or gone; reported whether asked for or not.
    package static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// One thing that happened to one descriptor.
package struct PollEvent: Sendable {
    /// What the descriptor was added with.
    package var token: UInt64
    /// What happened.
    package var readiness: Readiness

    /// An event; the default is an empty one to reserve room with.
    @inlinable
    package init(token: UInt64 = 0, readiness: Readiness = []) {
        self.token = token
        self.readiness = readiness
    }
}
