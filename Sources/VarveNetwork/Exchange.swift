// One request and its one response, as a route holds it.

package import VarveHTTP

/// A request that is being answered: a name that costs nothing to copy and that is dead once the
/// response is complete or the client is gone; calls on a dead exchange do nothing.
///
/// Thread rule: its loop's thread only; `loop` may be read anywhere to get back there. The loop
/// outlives its exchanges: whoever keeps one also keeps the loop or its group.
package struct Exchange {
    private let reference: Unmanaged<EventLoop>
    private let token: UInt64
    private let sequence: UInt32

    init(_ loop: EventLoop, token: UInt64, sequence: UInt32) {
        reference = Unmanaged.passUnretained(loop)
        self.token = token
        self.sequence = sequence
    }

    /// The loop that the exchange belongs to.
    package var loop: EventLoop { reference.takeUnretainedValue() }

    /// Whether the client is still there and waits for this exchange's response.
    package var isAlive: Bool {
        reference._withUnsafeGuaranteedRef { $0.exchange(token, sequence) != nil }
    }

    /// Answers with a whole response. It is serialised at once and leaves at the end of the turn,
    /// behind all earlier responses of its connection, and not before `gate` is released.
    ///
    /// - Parameters:
    ///   - gate: the mark that must be released first; 0 for none.
    ///   - body: copied; nil means there is none. A response to HEAD declares its length and
    ///     leaves it out; without a body it declares none.
    ///   - headers: writes the headers, without Date, Content-Length and Connection.
    package func respond(
        _ status: HTTPStatus, gate: UInt64 = 0, body: UnsafeRawBufferPointer? = nil,
        _ headers: (ResponseWriter) -> Void
    ) {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return }
            loop.respond(connection, status, gate: gate, body: body, headers)
        }
    }

    /// Answers with a body that is sent from where it lies; a small one in memory is copied. Its
    /// owners are let go when it is sent; those of memory also when a slow client would make it
    /// wait.
    package func respond(
        _ status: HTTPStatus, gate: UInt64 = 0, slices: [BodySlice],
        _ headers: (ResponseWriter) -> Void
    ) {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return }
            loop.respond(connection, status, gate: gate, slices: slices, headers)
        }
    }

    /// Puts the request off: nothing more of its connection is parsed until it is answered. A
    /// parked request may be parked again with another owner.
    ///
    /// - Parameters:
    ///   - owner: told when the client leaves or the server stops.
    ///   - endsWithPeer: whether a client that ends its side counts as gone. True for waiting;
    ///     false for work that is under way and will answer soon.
    /// - Returns: false if there are as many parked requests as allowed: answer 503.
    package func park(owner: any ExchangeOwner, endsWithPeer: Bool = true) -> Bool {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return true }
            return loop.park(connection, owner, endsWithPeer: endsWithPeer)
        }
    }

    /// Begins a response without known length: its head leaves with the first bytes written, at the
    /// latest at the end of the turn.
    ///
    /// - Returns: false if there are as many open streams as allowed: answer 503.
    package func startStream(
        _ status: HTTPStatus = .ok, owner: any ExchangeOwner, _ headers: (ResponseWriter) -> Void
    ) -> Bool {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return true }
            return loop.startStream(connection, status, owner, headers)
        }
    }

    /// Writes to an open stream, all or nothing.
    ///
    /// - Returns: false if the client is behind by as much as allowed: nothing was taken, and
    ///   `writable` of the owner tells when there is room.
    package func writeStream(_ bytes: SharedBytes) -> Bool {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return true }
            return loop.writeStream(connection, bytes)
        }
    }

    /// Whether an open stream takes so many bytes now; if not, `writable` of the owner tells when
    /// it is worth asking again.
    package func hasRoom(for count: Int) -> Bool {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return true }
            return loop.hasRoom(connection, count)
        }
    }

    /// Ends an open stream. The owner is let go.
    package func endStream() {
        reference._withUnsafeGuaranteedRef { loop in
            guard let connection = loop.exchange(token, sequence) else { return }
            loop.endStream(connection)
        }
    }
}
