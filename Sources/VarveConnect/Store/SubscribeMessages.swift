/// common.kv.v1.Selector: which keys.
package struct KeySelector: Equatable, Sendable {
    /// What the keys begin with.
    package var prefix: [UInt8]
    /// What the rest of them matches; empty for anything.
    package var pattern: String

    /// A selector.
    package init(prefix: [UInt8], pattern: String) {
        self.prefix = prefix
        self.pattern = pattern
    }

    init(_ view: MessageView) {
        prefix = Array(view.bytes(1))
        pattern = view.string(2)
    }

    func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.set(1, prefix)
        try builder.set(2, pattern)
    }
}

/// common.kv.v1.Filter: which values.
package enum ValueFilter: Equatable, Sendable {
    /// Exactly these bytes.
    case exact([UInt8])
    /// What begins with these bytes.
    case prefix([UInt8])
    /// What an expression finds a match in.
    case pattern(String)
    /// A filter that says nothing, or something of a later version.
    case none

    init(_ view: MessageView) {
        if view.has(1) {
            self = .exact(Array(view.bytes(1)))
        } else if view.has(2) {
            self = .prefix(Array(view.bytes(2)))
        } else if view.has(3) {
            self = .pattern(view.string(3))
        } else {
            self = .none
        }
    }

    func write(to builder: MessageBuilder) throws(MessageFault) {
        switch self {
        case .exact(let bytes): try builder.set(1, bytes)
        case .prefix(let bytes): try builder.set(2, bytes)
        case .pattern(let source): try builder.set(3, source)
        case .none: break
        }
    }
}

/// log.stream.v1.SubscribeRequest: batches to be told of.
package struct SubscribeRequest: WireMessage, Equatable, Sendable {
    package static var messageType: MessageType { .subscribeRequest }

    /// Which keys; one of them must match.
    package var selectors: [KeySelector]
    /// Which values; one of them must match, if there are any.
    package var filters: [ValueFilter]
    /// The first batch; nil or 0 for those to come.
    package var since: UInt64?

    /// A subscription.
    package init(selectors: [KeySelector], filters: [ValueFilter] = [], since: UInt64? = nil) {
        self.selectors = selectors
        self.filters = filters
        self.since = since
    }

    package init(_ view: MessageView) {
        selectors = view.messages(1).map { KeySelector($0) }
        filters = view.messages(2).map { ValueFilter($0) }
        since = view.number(3, as: UInt64.self)
    }

    package func write(to builder: MessageBuilder) throws(MessageFault) {
        try builder.messages(1, count: selectors.count) { (index, entry) throws(MessageFault) in
            try selectors[index].write(to: entry)
        }
        try builder.messages(2, count: filters.count) { (index, entry) throws(MessageFault) in
            try filters[index].write(to: entry)
        }
        if let since { builder.set(3, since) }
    }
}
