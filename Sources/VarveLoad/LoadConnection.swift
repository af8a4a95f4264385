import VarveHTTP
import VarvePlatform

/// One HTTP connection of a run: requests out, responses in, in order.
///
/// Belongs to the run's one thread. Nothing is allocated per request.
final class LoadConnection {
    /// What a connection is for.
    enum Role {
        /// It sends the measured or preparing requests.
        case worker
        /// It waits for what workers append.
        case subscriber
    }

    /// What is read next.
    private enum Phase {
        /// A response's head.
        case head
        /// So many bytes of content.
        case length(UInt64)
        /// Content in chunks.
        case chunked
        /// Content up to the end of the connection.
        case untilClosed
    }

    /// The connection's place in the run.
    let index: Int
    /// What it is for.
    let role: Role
    /// What was not sent yet.
    let output = OutputBuffer()
    /// The offset that the workload goes on from.
    let offset = ShortText("-1")
    /// The cursor of the last live answer.
    let cursor = ShortText("")
    /// The stream that the workload reads.
    @exclusivity(unchecked) var stream: UInt32 = 0
    /// The number of the workload's requests so far.
    @exclusivity(unchecked) var sequence: UInt64 = 0
    /// Finds markers in content.
    @exclusivity(unchecked) var scanner = MarkerScanner()
    /// The bytes of content of the current answer.
    @exclusivity(unchecked) var contentBytes = 0
    /// What has arrived at a subscriber, in which order.
    @exclusivity(unchecked) var order = ArrivalOrder(writers: 0)
    /// How many records have arrived.
    @exclusivity(unchecked) var arrivals: UInt64 = 0
    /// Whether the last page reached the tail.
    @exclusivity(unchecked) var isUpToDate = false
    /// Whether a subscriber has had its first answer.
    @exclusivity(unchecked) var isReady = false

    @exclusivity(unchecked) private var descriptor: Descriptor?
    /// The socket, -1 when there is none.
    @exclusivity(unchecked) private(set) var socket: Int32 = -1
    /// Whether the connection is made.
    @exclusivity(unchecked) private(set) var isUp = false
    @exclusivity(unchecked) private var parser = ResponseParser()
    @exclusivity(unchecked) private var decoder = ChunkedDecoder()
    @exclusivity(unchecked) private var phase = Phase.head
    @exclusivity(unchecked) private var status = 0
    private let carry = OutputBuffer()
    private let operations: UnsafeMutablePointer<Operation>
    private let capacity: Int
    @exclusivity(unchecked) private var first = 0
    /// How many requests are under way.
    @exclusivity(unchecked) private(set) var underWay = 0

    init(index: Int, role: Role, pipeline: Int) {
        self.index = index
        self.role = role
        capacity = pipeline
        operations = .allocate(capacity: pipeline)
        operations.initialize(
            repeating: Operation(startedAt: 0, stream: 0, tag: 0), count: pipeline)
    }

    deinit {
        operations.deallocate()
    }

    /// Whether another request may be sent.
    var hasRoom: Bool { isUp && underWay < capacity }

    /// Begins to connect; forgets everything of an earlier connection.
    func connect(to target: LoadTarget, poller: Poller) throws(SystemError) {
        disconnect()
        let opened = try Socket.connect(host: target.host, port: target.port)
        try Socket.setNoDelay(opened.raw)
        try poller.add(
            opened.raw, token: UInt64(index), for: [.readable, .writable, .peerClosed])
        socket = opened.raw
        descriptor = consume opened
    }

    /// Closes the connection.
    func disconnect() {
        descriptor = nil
        socket = -1
        isUp = false
        phase = .head
        parser.reset()
        underWay = 0
        first = 0
        output.removeAll(keepingCapacityUpTo: 1 << 16)
        carry.removeAll(keepingCapacityUpTo: 1 << 16)
        scanner = MarkerScanner()
    }

    /// The connection is made.
    func cameUp() { isUp = true }

    /// Notes a request that was written to `output`.
    func began(_ operation: Operation) {
        precondition(underWay < capacity)
        var place = first &+ underWay
        if place >= capacity { place &-= capacity }
        operations[place] = operation
        underWay &+= 1
    }

    /// Sends what the socket takes; false when the connection is broken.
    func flush() -> Bool {
        while !output.isEmpty {
            switch Socket.send(socket, output.readable) {
            case .bytes(let count): output.consume(count)
            case .wouldBlock: return true
            case .closed, .failed: return false
            }
        }
        return true
    }

    /// Receives what is there through `buffer` and passes it to the workload; false when the
    /// connection is over.
    func receive(
        _ buffer: UnsafeMutableRawBufferPointer, _ workload: some Workload, _ clock: SystemClock
    ) throws(LoadError) -> Bool {
        var kept = carry.count
        if kept > 0, let source = carry.readable.baseAddress, let base = buffer.baseAddress {
            base.copyMemory(from: source, byteCount: kept)
            carry.consume(kept)
        }
        var isOpen = true
        while true {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
            guard room.count > 0 else {
                throw .invalidAnswer(detail: "a head of more than \(buffer.count) bytes")
            }
            let result = Socket.receive(socket, into: room)
            guard case .bytes(let count) = result else {
                isOpen = result == .wouldBlock
                break
            }
            let input = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
            let used = try consume(input, workload, clock.monotonicNanoseconds())
            kept = input.count - used
            if kept > 0, used > 0, let base = buffer.baseAddress {
                base.copyMemory(from: base + used, byteCount: kept)
            }
            // A socket that gave less than asked for is empty: the next event tells of more.
            if count < room.count { break }
        }
        if kept > 0 { carry.append(UnsafeRawBufferPointer(rebasing: buffer[..<kept])) }
        return isOpen
    }

    /// Passes the responses in `input` to the workload; returns how many bytes were used.
    private func consume(
        _ input: UnsafeRawBufferPointer, _ workload: some Workload, _ now: UInt64
    ) throws(LoadError) -> Int {
        var position = 0
        while position < input.count {
            switch phase {
            case .head:
                guard try takeHead(input, &position, workload, now) else { return position }
            case .length(let left):
                let size = Int(min(left, UInt64(input.count - position)))
                take(input, position..<position + size, workload, now)
                position += size
                phase = .length(left - UInt64(size))
                if left == UInt64(size) { finish(workload, now) }
            case .chunked:
                switch decoder.next(input, from: &position) {
                case .needsMore: return position
                case .content(let range): take(input, range, workload, now)
                case .finished: finish(workload, now)
                case .failed(let error): throw .invalidAnswer(detail: error.detail.description)
                }
            case .untilClosed:
                take(input, position..<input.count, workload, now)
                position = input.count
            }
        }
        return position
    }

    /// Takes a response's head; false when it is incomplete.
    private func takeHead(
        _ input: UnsafeRawBufferPointer, _ position: inout Int, _ workload: some Workload,
        _ now: UInt64
    ) throws(LoadError) -> Bool {
        let rest = UnsafeRawBufferPointer(rebasing: input[position...])
        if !workload.needsHeads, underWay > 0, let length = BareAnswer.length(rest) {
            position += length
            status = 204
            finish(workload, now)
            return true
        }
        switch parser.parse(rest) {
        case .incomplete: return false
        case .failed(let error): throw .invalidAnswer(detail: error.detail.description)
        case .head(let length):
            position += length
            status = parser.head.status
            if status < 200 {
                parser.reset()
                return true
            }
            guard underWay > 0, let base = rest.baseAddress else {
                throw .invalidAnswer(detail: "a response without a request")
            }
            workload.received(ResponseHeadView(head: parser.head, base: base), on: self)
            beginContent(workload, now)
            return true
        }
    }

    /// Decides how the content of the response ends.
    private func beginContent(_ workload: some Workload, _ now: UInt64) {
        if status == 204 || status == 304 {
            finish(workload, now)
        } else if parser.head.isChunked {
            decoder = ChunkedDecoder()
            phase = .chunked
        } else if let length = parser.head.contentLength {
            phase = .length(length)
            if length == 0 { finish(workload, now) }
        } else {
            phase = .untilClosed
        }
    }

    private func take(
        _ input: UnsafeRawBufferPointer, _ range: Range<Int>, _ workload: some Workload,
        _ now: UInt64
    ) {
        workload.received(UnsafeRawBufferPointer(rebasing: input[range]), on: self, now: now)
    }

    /// The response is complete: the next begins.
    private func finish(_ workload: some Workload, _ now: UInt64) {
        let operation = operations[first]
        first = first &+ 1 == capacity ? 0 : first &+ 1
        underWay &-= 1
        phase = .head
        parser.reset()
        workload.finished(operation, status: status, on: self, now: now)
    }
}
