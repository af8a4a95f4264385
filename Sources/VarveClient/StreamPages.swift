/// The pages of a stream from an offset to its tail.
///
/// The sequence ends after the page that reaches the tail. Iterating again reads again.
public struct StreamPages: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = StreamBatch
    /// What fetching a page throws.
    public typealias Failure = ClientError

    let client: StreamClient
    let name: String
    let offset: StreamOffset

    /// Begins at the offset.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, name: name, offset: offset)
    }

    /// Fetches page after page.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: StreamClient
        private let name: String
        private var offset: StreamOffset
        private var isAtEnd = false

        init(client: StreamClient, name: String, offset: StreamOffset) {
            self.client = client
            self.name = name
            self.offset = offset
        }

        /// The next page, or nil after the one that reached the tail.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(ClientError) -> StreamBatch? {
            if isAtEnd { return nil }
            let page = try await client.read(name, from: offset)
            // A server that neither advances nor reports the tail would be asked for ever.
            isAtEnd = page.isUpToDate || page.isClosed || page.nextOffset == offset
            offset = page.nextOffset
            return page
        }
    }
}
