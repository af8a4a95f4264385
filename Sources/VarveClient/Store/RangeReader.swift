import VarveConnect

/// Reads a range frame by frame, and goes on behind the last key when the answer breaks off and the
/// options allow that.
actor RangeReader {
    private let client: StoreClient
    private let options: ScanOptions
    private var start: [UInt8]
    private var end: [UInt8]
    private var connection: LiveAnswer<MessageDecoder>?
    private var lastKey: [UInt8]?
    private var left: Int?
    private var sequence: UInt64?
    private var isOver = false
    private var failures = 0

    /// A scan from `start` through `end`.
    init(_ client: StoreClient, start: [UInt8], end: [UInt8], _ options: ScanOptions) {
        self.client = client
        self.start = start
        self.end = end
        self.options = options
        left = options.limit
        sequence = options.atLeast
    }

    deinit {
        connection?.cancel()
    }

    /// The next pairs, at least one, and what the answer they are from has seen; nil at the end.
    func next() async throws(ClientError) -> ([StorePair], UInt64)? {
        while !isOver {
            do throws(ClientError) {
                switch try await opened().next() {
                case .element(let bytes):
                    let pairs = try take(bytes)
                    if !pairs.isEmpty { return (pairs, sequence ?? 0) }
                case .ended: finish()
                case .overflowed: try fallenBehind()
                }
            } catch {
                try await resume(after: error)
            }
        }
        return nil
    }

    /// The answer that is being read, or a new one.
    private func opened() throws(ClientError) -> LiveAnswer<MessageDecoder> {
        if let connection { return connection }
        // The last key is asked for again, and passed over: the key behind it has no simple form.
        let limit = left.map { UInt32(clamping: $0 + (lastKey == nil ? 0 : 1)) }
        let request = RangeRequest(
            start: start, end: end, limit: limit,
            batchSize: UInt32(clamping: max(1, options.frameRows)),
            mode: options.order == .forward ? RangeRequest.Mode.forward : RangeRequest.Mode.reverse,
            minSequence: sequence)
        let opened = try client.open(.range, request, bufferBytesMax: options.bufferBytesMax)
        connection = opened
        return opened
    }

    /// The pairs of a frame that were not returned yet.
    private func take(_ bytes: [UInt8]) throws(ClientError) -> [StorePair] {
        let frame = try StoreClient.decode(bytes, RangeFrame.self, connection?.subject ?? "")
        failures = 0
        sequence = frame.detail?.sequence ?? sequence
        var pairs = frame.rows.map { StorePair(key: $0.key, value: $0.value) }
        if let lastKey, pairs.first?.key == lastKey { pairs.removeFirst() }
        if let left, pairs.count > left { pairs.removeLast(pairs.count - left) }
        left = left.map { $0 - pairs.count }
        lastKey = pairs.last?.key ?? lastKey
        return pairs
    }

    private func finish() {
        connection = nil
        isOver = true
    }

    /// The consumer was too slow for the answer.
    private func fallenBehind() throws(ClientError) {
        let subject = connection?.subject ?? ""
        connection = nil
        guard options.consistency == .continuing else {
            throw ClientError(
                .interrupted, code: "consumer-too-slow",
                detail: "more than \(options.bufferBytesMax) bytes of the answer were waiting",
                subject: subject)
        }
        moveUp()
    }

    /// Goes on, or gives up with the failure.
    private func resume(after failure: ClientError) async throws(ClientError) {
        connection?.cancel()
        connection = nil
        failures += 1
        let mayGoOn = lastKey == nil || options.consistency == .continuing
        guard mayGoOn, failure.code != "consumer-too-slow" else {
            isOver = true
            throw failure
        }
        do throws(ClientError) {
            try await client.pause(after: failure, failures, .range, client.options.retry)
        } catch {
            isOver = true
            throw error
        }
        moveUp()
    }

    /// Begins the range at the last key, in its order.
    private func moveUp() {
        guard let lastKey else { return }
        if left == 0 { return finish() }
        if options.order == .forward {
            start = lastKey
        } else if lastKey.isEmpty {
            finish()
        } else {
            end = lastKey
        }
    }
}
