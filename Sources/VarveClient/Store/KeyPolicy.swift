import VarveConnect

/// Which keys a prune deletes.
///
/// The keys that the selector chooses are parted into groups by named captures of its expression;
/// of each group, ordered by one more capture, stays what `retain` says.
public struct KeyPolicy: Hashable, Sendable {
    /// How a capture orders keys.
    public enum Encoding: Hashable, Sendable {
        /// As bytes.
        case bytes
        /// As eight bytes of an unsigned integer, the highest first.
        case uint64
        /// As eight bytes of a signed integer, the highest first.
        case int64
    }

    /// The order of the keys of a group.
    public struct Order: Hashable, Sendable {
        /// The named capture that tells.
        public var capture: String
        /// How it is read.
        public var encoding: Encoding

        /// An order.
        public init(capture: String, encoding: Encoding = .bytes) {
            self.capture = capture
            self.encoding = encoding
        }
    }

    /// Which keys.
    public var selector: StoreSelector
    /// The named captures that part them into groups; empty for one group.
    public var groupBy: [String]
    /// The order of the keys of a group; `latest`, `above` and `from` need one.
    public var order: Order?
    /// What stays.
    public var retain: RetentionPolicy

    /// A policy.
    public init(
        _ selector: StoreSelector, groupBy: [String] = [], order: Order? = nil,
        retain: RetentionPolicy
    ) {
        self.selector = selector
        self.groupBy = groupBy
        self.order = order
        self.retain = retain
    }

    /// The policy as it stands in a message.
    var wire: PruneRequest.Policy {
        let order = order.map { order in
            let encoding =
                switch order.encoding {
                case .bytes: PruneRequest.Encoding.bytes
                case .uint64: PruneRequest.Encoding.uint64
                case .int64: PruneRequest.Encoding.int64
                }
            return PruneRequest.Order(captureGroup: order.capture, encoding: encoding)
        }
        return PruneRequest.Policy(
            selector: selector.wire, groupBy: groupBy, order: order, retain: retain.wire)
    }
}
