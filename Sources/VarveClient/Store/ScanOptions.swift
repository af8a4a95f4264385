/// How a range of keys is scanned.
public struct ScanOptions: Sendable {
    /// The order of the keys.
    public enum Order: Hashable, Sendable {
        /// From the smallest on.
        case forward
        /// From the largest on.
        case reverse
    }

    /// What happens when the answer breaks off: the connection breaks, or the consumer falls
    /// behind by more than `bufferBytesMax`.
    public enum Consistency: Hashable, Sendable {
        /// The scan fails: what it returned is of one state of the store.
        case oneState
        /// The scan goes on behind the last key, in the state that the store has then.
        case continuing
    }

    /// The order of the keys.
    public var order: Order
    /// The most pairs; nil for all.
    public var limit: Int?
    /// What the answer must have seen at least.
    public var atLeast: UInt64?
    /// What happens when the answer breaks off.
    public var consistency: Consistency
    /// The most bytes that wait for a consumer that is slower than the server.
    public var bufferBytesMax: Int
    /// The most pairs of one frame of the answer.
    public var frameRows: Int

    /// The options; by default all pairs of one state, from the smallest key on.
    public init(
        order: Order = .forward, limit: Int? = nil, atLeast: UInt64? = nil,
        consistency: Consistency = .oneState, bufferBytesMax: Int = 64 << 20,
        frameRows: Int = 1024
    ) {
        self.order = order
        self.limit = limit
        self.atLeast = atLeast
        self.consistency = consistency
        self.bufferBytesMax = bufferBytesMax
        self.frameRows = frameRows
    }
}
