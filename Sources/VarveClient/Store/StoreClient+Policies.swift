import VarveConnect

extension StoreClient {
    /// Sets which batches the log of batches keeps from now on, durably; nil for all of them. The
    /// values of keys stay.
    ///
    /// - Returns: the oldest batch that is still there; nil when there is none.
    /// - Throws: `ClientError`; reason `INVALID_POLICY` for a count of 0.
    @discardableResult
    public func setRetention(_ policy: RetentionPolicy?) async throws(ClientError) -> UInt64? {
        let request = SetRetentionRequest(policy?.wire)
        return try await call(.setRetention, request, SetRetentionResponse.self).oldestRetained
    }

    /// Deletes keys by policies: all are checked before the first is applied. It takes no sequence.
    ///
    /// - Throws: `ClientError`; reason `INVALID_POLICY`, for a wrong expression too.
    public func prune(_ policies: [KeyPolicy]) async throws(ClientError) {
        let request = PruneRequest(policies.map(\.wire))
        _ = try await call(.prune, request, PruneResponse.self)
    }

    /// The batch of a sequence, exactly as it was written.
    ///
    /// - Throws: `ClientError`; reason `BATCH_EVICTED` with `oldest_retained` in its metadata when
    ///   the log keeps it no more, `BATCH_NOT_FOUND` when it was not written yet.
    public func batch(_ sequence: UInt64) async throws(ClientError) -> StoreChange {
        let response = try await call(
            .batch, BatchRequest(sequence: sequence), BatchResponse.self)
        return StoreChange(response)
    }

    /// The oldest batch that the log of batches keeps; nil when it keeps none.
    public func oldestRetainedBatch() async throws(ClientError) -> UInt64? {
        do throws(ClientError) {
            return try await batch(1).sequence
        } catch {
            switch error.refusal?.reason {
            case "BATCH_EVICTED": return error.oldestRetainedBatch
            case "BATCH_NOT_FOUND": return nil
            default: throw error
            }
        }
    }
}

extension ClientError {
    /// The oldest batch that the log keeps, when the one asked for is there no more; nil when it
    /// keeps none, and for every other error.
    public var oldestRetainedBatch: UInt64? {
        refusal?.metadata["oldest_retained"].flatMap { UInt64($0) }
    }
}
