/// The pairs of a range of keys, fetched as they are asked for.
///
/// Iterating again scans again. Give up the iterator, and the answer is given up.
public struct StoreRange: AsyncSequence, Sendable {
    /// A pair.
    public typealias Element = StorePair
    /// What fetching throws.
    public typealias Failure = ClientError

    let client: StoreClient
    let start: [UInt8]
    let end: [UInt8]
    let options: ScanOptions

    /// Begins a scan; nothing is sent before the first pair is asked for.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: RangeReader(client, start: start, end: end, options))
    }

    /// Goes through the pairs.
    public struct Iterator: AsyncIteratorProtocol {
        private let reader: RangeReader
        private var frame: ArraySlice<StorePair> = []
        /// The sequence of the last batch that the pairs so far could see; nil before the first.
        public private(set) var sequence: UInt64?

        init(reader: RangeReader) {
            self.reader = reader
        }

        /// The next pair; nil after the last.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(ClientError) -> StorePair? {
            if let pair = frame.popFirst() { return pair }
            guard let (pairs, sequence) = try await reader.next() else { return nil }
            frame = pairs[...]
            self.sequence = sequence
            return frame.popFirst()
        }
    }
}

extension StoreClient {
    /// Scans the keys from `start` through `end`, both included, compared byte by byte.
    ///
    /// - Parameter end: the last key; empty for no bound.
    public func range(
        from start: [UInt8] = [], through end: [UInt8] = [], _ options: ScanOptions = ScanOptions()
    ) -> StoreRange {
        StoreRange(client: self, start: start, end: end, options: options)
    }
}
