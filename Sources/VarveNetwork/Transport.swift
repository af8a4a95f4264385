// How a connection's bytes reach its client: the boundary behind which TLS will stand. Nothing
// above it touches the socket for data.

import VarvePlatform

/// The byte stream of one connection; plain TCP.
struct Transport {
    /// The socket.
    let descriptor: Int32

    /// Receives what is there into `room`, which is not empty.
    @inline(__always)
    func receive(into room: UnsafeMutableRawBufferPointer) -> IOResult {
        Socket.receive(descriptor, into: room)
    }

    /// Sends what the client takes of `bytes`.
    @inline(__always)
    func send(_ bytes: UnsafeRawBufferPointer) -> IOResult {
        Socket.send(descriptor, bytes)
    }

    /// Sends what the client takes of `vectors`; `more` says that other bytes follow at once.
    @inline(__always)
    func send(_ vectors: UnsafeBufferPointer<IOVector>, more: Bool) -> IOResult {
        Socket.send(descriptor, vectors, more: more)
    }

    /// Sends what the client takes of `count` bytes of a file from `offset` on, as
    /// `Socket.sendFile` says.
    ///
    /// Only a plain transport can: encryption needs the bytes in memory, and reading them here
    /// would have the loop wait for a disk. So whoever makes a body for an encrypted connection
    /// makes it of memory, read on a pool; an encrypting transport is never handed a file.
    func sendFile(_ file: Int32, at offset: UInt64, count: Int) -> IOResult {
        Socket.sendFile(descriptor, from: file, at: offset, count: count)
    }

    /// Bounds what the kernel queues for a client on this machine to `bytes`, once; a client
    /// elsewhere may be far away, and the kernel finds out how much is on its way to it.
    func limitLocalQueue(bytes: Int32) {
        guard Socket.isWithinMachine(descriptor) else { return }
        // The limit is for speed alone: without it everything works.
        try? Socket.setSendBuffer(descriptor, bytes: bytes)
    }

    /// Says that nothing more will be sent.
    func finishSending() {
        Socket.shutdownWrite(descriptor)
    }
}
