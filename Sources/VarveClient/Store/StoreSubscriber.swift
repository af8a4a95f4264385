import VarveConnect

/// Follows the batches of a store, from the batch behind the last one on whenever something breaks.
///
/// The caller pulls; between two calls of `next` only the answer's bounded buffer grows.
actor StoreSubscriber {
    private let client: StoreClient
    private let selectors: [StoreSelector]
    private let filters: [StoreFilter]
    private let options: SubscribeOptions
    private var place: UInt64?
    private var connection: LiveAnswer<MessageDecoder>?
    private var failures = 0
    private var isOver = false

    /// A subscription from the batch `sequence` on; nil for the batches to come.
    init(
        _ client: StoreClient, _ selectors: [StoreSelector], _ filters: [StoreFilter],
        from sequence: UInt64?, _ options: SubscribeOptions
    ) {
        self.client = client
        self.selectors = selectors
        self.filters = filters
        self.options = options
        place = sequence.map { max(1, $0) }
    }

    deinit {
        connection?.cancel()
    }

    /// The next batch, or sign of life if these are asked for.
    ///
    /// - Throws: `ClientError` when another attempt would be in vain; nil follows.
    func next() async throws -> StoreChange? {
        while !isOver {
            do throws(ClientError) {
                switch try await opened().next() {
                case .element(let bytes):
                    let change = try take(bytes)
                    if !change.pairs.isEmpty || options.includesSignsOfLife { return change }
                case .ended, .overflowed: connection = nil
                }
            } catch {
                try await wait(after: error)
            }
        }
        return nil
    }

    /// The answer that is being read, or a new one at the place.
    private func opened() async throws(ClientError) -> LiveAnswer<MessageDecoder> {
        if let connection { return connection }
        // Without a place of its own, a subscription whose first answer breaks off would lose
        // batches.
        let since: UInt64
        if let place { since = place } else { since = try await client.currentSequence() &+ 1 }
        place = since
        let request = SubscribeRequest(
            selectors: selectors.map(\.wire), filters: filters.map(\.wire), since: since)
        let opened = try client.open(
            .subscribe, request, bufferBytesMax: options.bufferBytesMax,
            silenceMax: client.options.liveSilenceMax, headers: ["Store-Heartbeat": "true"])
        connection = opened
        return opened
    }

    /// The batch of a message; the place moves behind it.
    private func take(_ bytes: [UInt8]) throws(ClientError) -> StoreChange {
        let response = try StoreClient.decode(
            bytes, BatchResponse.self, connection?.subject ?? "")
        failures = 0
        place = max(place ?? 1, response.sequence == .max ? .max : response.sequence + 1)
        return StoreChange(response)
    }

    /// Waits before the next attempt, or throws the failure when there will be none.
    private func wait(after failure: ClientError) async throws(ClientError) {
        connection?.cancel()
        connection = nil
        failures += 1
        guard failure.isTransient,
            let backoff = options.retry.wait(
                afterFailures: failures, fraction: Double.random(in: 0..<1))
        else {
            isOver = true
            throw failure
        }
        let wait = max(backoff, failure.state.retryAfter ?? .zero)
        options.onRetry?(failure, wait)
        do throws(ClientError) {
            try await StreamClient.sleep(wait, subject: failure.subject)
        } catch {
            isOver = true
            throw error
        }
    }
}
