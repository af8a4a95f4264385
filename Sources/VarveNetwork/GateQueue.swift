// Responses that wait for their gate, in the order of the gates: one queue per loop, so that a
// commit costs one look at its front and one step per response that leaves.

/// A response that waits, as bytes in its connection's output.
struct GatedResponse {
    /// The mark that lets it go.
    var gate: UInt64
    /// The connection.
    var token: UInt64
    /// Where in the connection's output the response ends.
    var end: UInt64
    /// Whether the request was HEAD: what replaces the response has no body either.
    var isHead: Bool
    /// Whether the connection ends with this response.
    var endsConnection: Bool
}

/// A queue of responses in non-decreasing order of their gates.
///
/// Not thread-safe: it belongs to one loop.
struct GateQueue: ~Copyable {
    private var ring: UnsafeMutablePointer<GatedResponse>
    private var capacity: Int
    private var first = 0
    /// The number of waiting responses.
    private(set) var count = 0
    private var lastGate: UInt64 = 0

    /// An empty queue.
    init() {
        capacity = 256
        ring = .allocate(capacity: capacity)
    }

    deinit {
        ring.deallocate()
    }

    /// Appends a response; it waits at least as long as the last one queued.
    mutating func append(_ response: GatedResponse) {
        if count == capacity { grow() }
        lastGate = max(lastGate, response.gate)
        let slot = ring + ((first &+ count) & (capacity &- 1))
        slot.initialize(to: response)
        slot.pointee.gate = lastGate
        count &+= 1
    }

    /// The first response, if its gate is open at `mark`.
    mutating func popReleased(through mark: UInt64) -> GatedResponse? {
        guard count > 0, ring[first].gate <= mark else { return nil }
        return pop()
    }

    /// The first response, whatever its gate.
    mutating func pop() -> GatedResponse? {
        guard count > 0 else { return nil }
        let response = ring[first]
        first = (first &+ 1) & (capacity &- 1)
        count &-= 1
        return response
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<GatedResponse>.allocate(capacity: capacity * 2)
        for index in 0..<count {
            (larger + index).initialize(to: ring[(first + index) & (capacity - 1)])
        }
        ring.deallocate()
        ring = larger
        capacity *= 2
        first = 0
    }
}
