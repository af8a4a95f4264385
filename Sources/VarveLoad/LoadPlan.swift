/// What a load run does: the operation, how much of it, and for how long.
package struct LoadPlan: Sendable {
    /// The operation that is measured.
    package enum Mode: String, Sendable, CaseIterable {
        /// Durable appends.
        case append
        /// Catch-up reads of whole streams, page by page.
        case read
        /// Delivery to subscribers by server-sent events.
        case sse
        /// Delivery to subscribers by long-polls.
        case longpoll
        /// Creations of empty streams.
        case create
        /// Durable batches of the store.
        case put
        /// Values of the store, each by its key.
        case get
        /// Ranges of the store.
        case range
        /// Delivery of batches to subscribers of the store.
        case subscribe

        /// Whether subscribers wait for what writers append.
        package var isLive: Bool { self == .sse || self == .longpoll || self == .subscribe }

        /// Whether it is about the store, not about streams.
        package var isOfStore: Bool {
            self == .put || self == .get || self == .range || self == .subscribe
        }

        /// Whether it reads keys that are put before.
        package var readsKeys: Bool { self == .get || self == .range }
    }

    /// The operation.
    package var mode: Mode
    /// The server.
    package var target: LoadTarget
    /// How many connections; in the live modes how many subscribers.
    package var connections = 64
    /// How many streams the operations are spread over.
    package var streams = 1
    /// The bytes of one record, or of one value of the store.
    package var recordBytes = 256
    /// The bytes each stream is filled with before reads.
    package var fillBytes = 1 << 20
    /// The pairs of one batch of the store, or of one range.
    package var pairs = 1
    /// How many keys the store is given before gets and ranges.
    package var keys = 100_000
    /// How long is measured, in seconds.
    package var seconds = 10.0
    /// How long the load runs before that, in seconds.
    package var warmUpSeconds = 1.0
    /// How many requests of one connection are under way at once.
    package var pipeline = 1
    /// Operations per second of the whole run; nil is as many as the server answers. In the live
    /// modes the appends per second.
    package var rate: Double?
    /// The server's process, for its use of processor and memory.
    package var serverProcess: Int32?
    /// The streams are named `prefix/0` and so on; keys of the store follow from it.
    package var prefix: String
    /// The content type; in the live modes text, so that events carry it as it is.
    package var contentType: String
    /// Whether the streams, or the keys, are left on the server at the end.
    package var keepsStreams = false

    /// The smallest record: it carries a marker and the time of its append.
    package static let recordBytesMin = MarkerScanner.byteCount

    /// A plan with the defaults for a mode.
    package init(mode: Mode, target: LoadTarget, prefix: String) {
        self.mode = mode
        self.target = target
        self.prefix = prefix
        if mode == .range { pairs = 1000 }
        contentType = mode.isLive ? "text/plain" : "application/octet-stream"
    }
}
