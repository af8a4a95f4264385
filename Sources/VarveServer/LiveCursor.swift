import VarveHTTP

/// The cursor of live answers, for a client that sent one or none.
enum LiveCursor {
    /// The current interval, or, when the client's cursor is not smaller, a random step beyond it.
    static func next(unixMilliseconds: UInt64, client: UInt64?, random: UInt64) -> UInt64 {
        let current = StreamCursor.next(
            unixSeconds: unixMilliseconds / 1000, client: nil, random: random)
        guard let client, client >= current else { return current }
        return client + 1 + random % StreamCursor.jitterMax
    }
}
