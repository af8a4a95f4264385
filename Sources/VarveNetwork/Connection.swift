// What a loop knows about one connection. The loop keeps it behind a pointer, so that touching it
// costs neither reference counting nor exclusivity checks; an idle one owns nothing but this.

import VarveHTTP
import VarvePlatform

/// One connection.
///
/// Not thread-safe: it belongs to one loop, whose extensions hold all behaviour.
struct Connection {
    /// What the connection is doing.
    enum Phase {
        /// Waiting for a request, or receiving one.
        case receiving
        /// A request is in its handler.
        case handling
        /// A request is parked with its owner.
        case parked
        /// A response without known length is open.
        case streaming
        /// The last response is written; the connection closes when it is sent.
        case ending
        /// Everything is sent; what the client still sends is dropped until it ends.
        case lingering
    }

    /// What the client is given time for.
    enum Wait {
        /// Nothing.
        case nothing
        /// The first byte of a request.
        case request
        /// The rest of a head.
        case head
        /// The rest of a body.
        case body
        /// The client's end.
        case end
    }

    /// The way to the client.
    let transport: Transport
    /// Descriptor and generation; what events, gates and timers name it by.
    let token: UInt64
    var phase = Phase.receiving
    /// The current request's number; exchanges of earlier requests are dead.
    var sequence: UInt32 = 0

    /// There may be something to receive.
    var mayReceive = false
    /// The client has ended its side.
    var inputEnded = false
    /// The client's end was announced; it may still lie behind unread bytes.
    var peerClosed = false
    /// The socket has failed.
    var isBroken = false
    /// The socket takes no more for now.
    var isBlocked = false
    /// It is in the list of connections with something to send or to decide.
    var isDirty = false
    /// It is in the list of connections that go on receiving in the next turn.
    var isWaitingToResume = false
    /// A body in a file was sent on it.
    var hasSentFile = false
    /// A stream was refused a write and wants to know when there is room.
    var wantsRoom = false

    /// The current request's version is HTTP/1.0.
    var isHTTP10 = false
    /// The current request's method is HEAD.
    var isHead = false
    /// The connection may go on after the current response.
    var keepsAlive = true
    /// An open stream is sent in chunks.
    var isChunked = false
    /// A parked request is dropped when the client ends its side.
    var endsWithPeer = false
    /// It counts as parked.
    var countsAsParked = false
    /// It has input whose turn depends on responses that have not left yet.
    var isHeld = false

    /// Responses that wait for their gate.
    var gatedCount: Int32 = 0
    /// Input that waits for its rest or its turn; nil when there is none.
    var assembly: RequestAssembly?
    /// Unsent bytes; nil when there are none. Owned, but not counted at every touch: the loop takes
    /// it from its spare ones and gives it back.
    var output: Unmanaged<OutputBuffer>?
    /// Unsent bytes outside the buffer.
    var pinned: PinnedSlices?
    /// Bytes of output ever queued.
    var queued: UInt64 = 0
    /// Bytes of output that may leave.
    var released: UInt64 = 0
    /// Bytes of output that have left.
    var sent: UInt64 = 0

    /// Who holds the exchange.
    var owner: (any ExchangeOwner)?
    /// The connection's timer and when it is set to fire.
    var timer = TimerToken(index: 0, generation: 0)
    var timerAt: UInt64 = .max
    /// What is waited for until `deadline`.
    var wait = Wait.nothing
    /// The sequence number at which waiting began.
    var waitSequence: UInt32 = 0
    /// When waiting for the client is over; `.max` for never.
    var deadline: UInt64 = .max
    /// When the client has to have taken something of a blocked output; `.max` while not blocked.
    var stallDeadline: UInt64 = .max
    /// When a blocked output's pinned memory is copied and let go; `.max` without any.
    var pinDeadline: UInt64 = .max
    /// Bytes that came in the current window of waiting.
    var windowBytes = 0
    /// Bytes that were dropped while lingering.
    var lingerBytes = 0

    /// A connection that was just taken.
    init(_ transport: Transport, token: UInt64) {
        self.transport = transport
        self.token = token
    }

    /// Unsent bytes.
    var pending: Int { Int(queued &- sent) }
}

/// A connection as its loop handles it.
typealias ConnectionPointer = UnsafeMutablePointer<Connection>
