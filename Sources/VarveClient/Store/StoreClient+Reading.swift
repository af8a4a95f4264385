import VarveConnect

extension StoreClient {
    /// How many bytes of frames wait while another is read.
    private static let getManyBytesMax = 64 << 20
    /// How many keys a frame of an answer has.
    private static let getManyFrameKeys: UInt32 = 1024

    /// The value of a key; nil when it is not there.
    ///
    /// - Parameter sequence: what the answer must have seen at least, such as what `put` returned.
    /// - Throws: `ClientError`; reason `CONSISTENCY_NOT_READY` when the server has not seen
    ///   `sequence` after the attempts that `ClientOptions.retry` makes.
    public func get(
        _ key: [UInt8], atLeast sequence: UInt64? = nil
    ) async throws(ClientError) -> [UInt8]? {
        try await lookUp(key, atLeast: sequence).value
    }

    /// The value of a key, and what the answer has seen.
    public func lookUp(
        _ key: [UInt8], atLeast sequence: UInt64? = nil
    ) async throws(ClientError) -> StoreLookup {
        let request = GetRequest(key: key, minSequence: sequence)
        let response = try await call(.get, request, GetResponse.self)
        return StoreLookup(
            key: key, value: response.value, sequence: response.detail?.sequence ?? 0)
    }

    /// The values of many keys in one state of the store: one for each key, order and repetitions
    /// kept.
    ///
    /// - Throws: `ClientError`; code `answer-too-large` for more than
    ///   `ClientOptions.answerBytesMax` of values.
    public func getMany(
        _ keys: [[UInt8]], atLeast sequence: UInt64? = nil
    ) async throws(ClientError) -> [StoreLookup] {
        guard !keys.isEmpty else { return [] }
        let request = GetManyRequest(
            keys: keys, batchSize: Self.getManyFrameKeys, minSequence: sequence)
        var failures = 0
        while true {
            do throws(ClientError) {
                return try await collect(request)
            } catch {
                failures += 1
                try await pause(after: error, failures, .getMany, options.retry)
            }
        }
    }

    /// The sequence of the newest batch that readers see.
    public func currentSequence() async throws(ClientError) -> UInt64 {
        try await lookUp([]).sequence
    }

    private func collect(_ request: GetManyRequest) async throws(ClientError) -> [StoreLookup] {
        let connection = try open(
            .getMany, request, bufferBytesMax: max(Self.getManyBytesMax, options.answerBytesMax))
        defer { connection.cancel() }
        var found: [StoreLookup] = []
        var bytesLeft = options.answerBytesMax
        while case .element(let bytes) = try await connection.next() {
            bytesLeft -= bytes.count
            guard bytesLeft >= 0 else { break }
            let frame = try Self.decode(bytes, GetManyFrame.self, connection.subject)
            let seen = frame.detail?.sequence ?? 0
            found += frame.entries.map {
                StoreLookup(key: $0.key, value: $0.value, sequence: seen)
            }
        }
        guard bytesLeft >= 0 else {
            throw ClientError(
                .invalidAnswer, status: 200, code: "answer-too-large",
                detail: "the values are more than the limit of \(options.answerBytesMax) bytes",
                subject: connection.subject)
        }
        guard found.count == request.keys.count else {
            throw ClientError(
                .invalidAnswer, status: 200, code: "invalid-stream",
                detail: "\(request.keys.count) keys were asked for, \(found.count) answered",
                subject: connection.subject)
        }
        return found
    }
}
