import VarveConnect

extension StoreClient {
    /// Computes over the keys from `start` through `end` on the server, in one state of the store.
    ///
    /// - Parameters:
    ///   - end: the last key; empty for no bound.
    ///   - sequence: what the answer must have seen at least.
    /// - Throws: `ClientError`; reason `INVALID_REDUCE_PARAMS` for a reduction that makes no sense
    ///   or a sum that overflows.
    public func reduce(
        from start: [UInt8] = [], through end: [UInt8] = [], _ reduction: StoreReduction,
        atLeast sequence: UInt64? = nil
    ) async throws(ClientError) -> ReductionResult {
        let message: [UInt8]
        do throws(MessageFault) {
            message = try MessageFormat.proto.write(.reduceRequest) {
                (builder) throws(MessageFault) in
                try builder.set(1, start)
                try builder.set(2, end)
                try reduction.write(to: builder.message(3))
                if let sequence { builder.set(4, sequence) }
            }
        } catch {
            throw ClientError(
                .invalidArgument, code: "invalid-message", detail: "\(error)", subject: "reduce")
        }
        return try await reduce(message)
    }

    /// Computes what a ReduceRequest of the wire says.
    ///
    /// - Parameter json: the request in the JSON that protobuf defines, range included.
    /// - Throws: `ClientError` as `reduce(from:through:_:atLeast:)` does; of kind `invalidArgument`
    ///   for a text that is no such request.
    public func reduce(json: String) async throws(ClientError) -> ReductionResult {
        let message: [UInt8]
        do throws(MessageFault) {
            message = try Array(json.utf8).span.withUnsafeBytes { (json) throws(MessageFault) in
                try MessageFormat.convert(json, .reduceRequest, from: .json, to: .proto)
            }
        } catch {
            throw ClientError(
                .invalidArgument, code: "invalid-message", detail: "\(error)", subject: "reduce")
        }
        return try await reduce(message)
    }

    /// How many pairs there are from `start` through `end`. The server goes through all of them.
    public func count(
        from start: [UInt8] = [], through end: [UInt8] = []
    ) async throws(ClientError) -> UInt64 {
        let result = try await reduce(from: start, through: end, StoreReduction([.countAll]))
        guard case .uint64(let count)? = result.values.first else { return 0 }
        return count
    }

    private func reduce(_ message: [UInt8]) async throws(ClientError) -> ReductionResult {
        try await call(.reduce, message) { (bytes) throws(MessageFault) in
            try bytes.span.withUnsafeBytes { (bytes) throws(MessageFault) in
                try MessageFormat.proto.read(.reduceResponse, bytes) { ReductionResult($0) }
            }
        }
    }
}
