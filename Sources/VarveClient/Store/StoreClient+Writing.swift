import VarveConnect

extension StoreClient {
    /// Writes a batch: all of it, or nothing. It is durable when this returns.
    ///
    /// An attempt that may have reached the server is not repeated, since it would be another
    /// batch with the same pairs: after an error of kind `interrupted` it is written or not.
    ///
    /// - Returns: the batch's sequence, one more than that of the batch before.
    /// - Throws: `ClientError`; reason `INVALID_KEY_LENGTH` or `INVALID_VALUE_LENGTH` with the
    ///   pair's place among the violations, `PUT_TOO_LARGE` for more than the server takes at once.
    @discardableResult
    public func put(_ pairs: [StorePair]) async throws(ClientError) -> UInt64 {
        let request = PutRequest(pairs.map { KeyValue(key: $0.key, value: $0.value) })
        return try await call(.put, request, PutResponse.self).sequence
    }

    /// Writes one pair.
    @discardableResult
    public func put(_ key: [UInt8], _ value: [UInt8]) async throws(ClientError) -> UInt64 {
        try await put([StorePair(key: key, value: value)])
    }

    /// Deletes keys in one batch. Keys that are not there are no error.
    ///
    /// - Returns: the batch's sequence.
    /// - Throws: `ClientError` as `put` does. Other servers of these services may not have it:
    ///   code `unimplemented` or status 404.
    @discardableResult
    public func delete(_ keys: [[UInt8]]) async throws(ClientError) -> UInt64 {
        try await call(.delete, DeleteRequest(keys), DeleteResponse.self).sequence
    }
}
