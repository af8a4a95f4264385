/// Which keys of a prefix stay. Checked, with all others of its call, before any is applied.
///
/// What a policy needs may be missing here, so that the check can say what is missing.
public struct PrunePolicy: Equatable, Sendable {
    /// How the keys of a group are ordered.
    public struct Order: Equatable, Sendable {
        /// The named group of the selector's pattern that is compared.
        public var captureGroup: String
        /// What its bytes are.
        public var encoding: Encoding

        /// An order by that capture group.
        public init(captureGroup: String, encoding: Encoding) {
            self.captureGroup = captureGroup
            self.encoding = encoding
        }
    }

    /// What the bytes of an order's capture group are.
    public enum Encoding: Equatable, Sendable {
        /// Bytes, compared one by one.
        case bytes
        /// An unsigned integer: 8 bytes, big-endian.
        case uint64
        /// A signed integer: 8 bytes, big-endian, two's complement.
        case int64
    }

    /// The keys that a policy is about.
    public struct Keys: Equatable, Sendable {
        /// The prefix, and the pattern for the rest of the key.
        public var selector: StoreSelector?
        /// The named groups of the pattern: keys with the same bytes in them belong together.
        public var groupBy: [String]
        /// How the keys of a group are ordered.
        public var orderBy: Order?

        /// The keys that the selector chooses.
        public init(selector: StoreSelector?, groupBy: [String] = [], orderBy: Order? = nil) {
            self.selector = selector
            self.groupBy = groupBy
            self.orderBy = orderBy
        }
    }

    /// What it is about; required.
    public var keys: Keys?
    /// Which keys of each group stay; required. A threshold is compared with the order's capture.
    public var retain: StoreRetention?

    /// A policy about these keys.
    public init(keys: Keys?, retain: StoreRetention?) {
        self.keys = keys
        self.retain = retain
    }
}
