import CVarve
import Glibc

/// TCP sockets: nonblocking, close-on-exec, without signals.
package enum Socket {
    /// Takes the next waiting connection (accept4): a nonblocking descriptor the caller owns, or
    /// nil when there is none.
    ///
    /// Throws EMFILE and ENFILE, so that the caller can stop accepting for a while.
    package static func accept(_ listener: Int32) throws(SystemError) -> Int32? {
        while true {
            let descriptor = varve_accept(listener)
            if descriptor >= 0 { return descriptor }
            switch errno {
            case EAGAIN: return nil
            // The connection is gone before it was taken, or broken already: take the next one.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH:
                continue
            default: throw .last("accept4")
            }
        }
    }

    /// Receives what is there (recv).
    package static func receive(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) -> IOResult {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            if errno != EINTR { return result(errno) }
        }
    }

    /// Sends what the socket takes of `bytes` (send); a broken connection is an error, no signal.
    package static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult {
        while true {
            let count = varve_send(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return .bytes(count) }
            if errno != EINTR { return result(errno) }
        }
    }

    /// Sends what the socket takes of the first `IOVector.countMax` vectors (sendmsg).
    ///
    /// - Parameter more: whether more bytes follow at once: a packet that is not full waits for
    ///   them.
    package static func send(
        _ descriptor: Int32, _ vectors: UnsafeBufferPointer<IOVector>, more: Bool = false
    ) -> IOResult {
        while true {
            let count = varve_send_vectors(
                descriptor, vectors.asC, min(vectors.count, IOVector.countMax), more ? 1 : 0)
            if count >= 0 { return .bytes(count) }
            if errno != EINTR { return result(errno) }
        }
    }

    /// Sends what the socket takes of `count` bytes of a file from `offset` on, without copying
    /// them (sendfile).
    ///
    /// A short count says nothing about the socket: it is full only when the answer is
    /// `wouldBlock`. A file that has no bytes at `offset` is `failed` with ENODATA. May wait for
    /// the disk. Raises SIGPIPE on a broken connection, unlike `send`, for sendfile has no flag
    /// against it: the calling thread has called `Signals.blockBrokenPipes`, or nobody minds.
    package static func sendFile(
        _ descriptor: Int32, from file: Int32, at offset: UInt64, count: Int
    ) -> IOResult {
        var position = off_t(truncatingIfNeeded: offset)
        while true {
            let sent = sendfile(descriptor, file, &position, count)
            if sent > 0 { return .bytes(sent) }
            if sent == 0 { return .failed(ENODATA) }
            if errno != EINTR { return result(errno) }
        }
    }

    /// Sends small writes at once instead of collecting them (TCP_NODELAY).
    package static func setNoDelay(_ descriptor: Int32) throws(SystemError) {
        try setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Sets the size of the kernel's send buffer, in bytes, which also stops it from growing.
    package static func setSendBuffer(
        _ descriptor: Int32, bytes: Int32
    ) throws(SystemError) {
        try setOption(descriptor, SOL_SOCKET, SO_SNDBUF, bytes)
    }

    /// Sets the size of the kernel's receive buffer, in bytes.
    package static func setReceiveBuffer(
        _ descriptor: Int32, bytes: Int32
    ) throws(SystemError) {
        try setOption(descriptor, SOL_SOCKET, SO_RCVBUF, bytes)
    }

    /// Says that no more bytes will be sent; receiving goes on (shutdown).
    package static func shutdownWrite(_ descriptor: Int32) {
        // A connection that is gone already needs no goodbye.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Gives the port of a listener free, and up the connections that nobody has taken (shutdown):
    /// also while a child process has a duplicate of the descriptor, for the moment before it
    /// becomes another program.
    package static func stopListening(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Has the connection end with a reset when it is closed, whatever is still to be sent
    /// (SO_LINGER).
    package static func setResetOnClose(_ descriptor: Int32) throws(SystemError) {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        guard setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size) == 0 else {
            throw .last("setsockopt")
        }
    }

    /// The error a connection attempt or the connection ended with, 0 for none (SO_ERROR).
    package static func takeError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return errno
        }
        return code
    }

    static func setOption(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(SystemError) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(descriptor, level, option, &value, size) == 0 else {
            throw .last("setsockopt")
        }
    }

    private static func result(_ code: Int32) -> IOResult {
        code == EAGAIN ? .wouldBlock : .failed(code)
    }
}
