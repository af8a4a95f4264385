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

    /// Sends what the client takes of `vectors`.
    @inline(__always)
    func send(_ vectors: UnsafeBufferPointer<IOVector>) -> IOResult {
        Socket.send(descriptor, vectors)
    }

    /// Says that nothing more will be sent.
    func finishSending() {
        Socket.shutdownWrite(descriptor)
    }
}
