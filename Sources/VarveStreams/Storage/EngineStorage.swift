public import VarveLog
import VarvePlatform
import VarveStorage

/// The `StreamStorage` over a stream engine; `Place` says where its bytes are, and so how it is
/// opened: see `FileStreamStorage` and `MemoryStreamStorage`.
///
/// Every method waits until what it did, or saw, is durable. Thread rule: any thread; `close` once,
/// after everything else has returned.
public final class EngineStorage<Place>: StreamStorage {
    let engine: StreamEngine
    private let feed: ChangeFeed

    /// A storage over the log of a volume.
    init(
        volume: any Volume, logOptions: LogOptions, maxTotalBytes: UInt64?,
        maxStreamBytes: UInt64?, clock: any Clock, random: any RandomSource
    ) throws(StreamStorageError) {
        var options = StreamOptions()
        options.maxTotalBytes = maxTotalBytes
        options.maxStreamBytes = maxStreamBytes
        do {
            engine = try StreamEngine.open(
                volume: volume, logOptions: logOptions, options: options, clock: clock,
                random: random)
        } catch {
            throw StreamStorageError(.log(error))
        }
        feed = ChangeFeed(engine)
    }

    deinit {
        close()
    }

    /// Commits everything and lets go of the directory; later calls fail.
    public func close() {
        feed.stop()
        engine.close()
    }

    /// The stored bytes of all streams.
    public var totalBytes: UInt64 { engine.totalBytes }

    // MARK: StreamStorage

    @discardableResult
    public func createStream(
        _ name: String, _ configuration: StreamConfiguration
    ) throws(StreamStorageError) -> CreatedStream.Status {
        try createStreamWithData(name, configuration, messages: [], shouldClose: false).status
    }

    @discardableResult
    public func createStreamWithData(
        _ name: String, _ configuration: StreamConfiguration, messages: [[UInt8]],
        shouldClose: Bool
    ) throws(StreamStorageError) -> CreatedStream {
        let outcome = try settled { () throws(StreamRefusal) in
            let type = Array(configuration.contentType.utf8)
            let outcome = try Self.with([Array(name.utf8), type], messages) {
                (words, content) throws(StreamRefusal) in
                var command = CreateCommand(name: words[0])
                command.contentType = words[1]
                command.lifetime = configuration.engineLifetime
                command.retention = configuration.engineRetention
                command.isClosed = shouldClose || configuration.isCreatedClosed
                command.content = content
                return try engine.create(command, blocking: true)
            }
            return Settling(outcome, outcome.visibleAt)
        }
        return CreatedStream(
            status: outcome.kind == .created ? .created : .alreadyExists,
            nextOffset: outcome.tail, isClosed: outcome.isClosed)
    }

    @discardableResult
    public func append(
        _ name: String, _ message: [UInt8], contentType: String
    ) throws(StreamStorageError) -> MessageReceipt {
        try batchAppend(name, [message], contentType: contentType, sequence: nil)
    }

    @discardableResult
    public func batchAppend(
        _ name: String, _ messages: [[UInt8]], contentType: String, sequence: String?
    ) throws(StreamStorageError) -> MessageReceipt {
        let outcome = try append(
            name, messages, contentType, producer: nil, closes: false, sequence)
        return MessageReceipt(nextOffset: outcome.tail)
    }

    @discardableResult
    public func appendWithProducer(
        _ name: String, _ messages: [[UInt8]], contentType: String, producer: Producer,
        shouldClose: Bool, sequence: String?
    ) throws(StreamStorageError) -> ProducerReceipt {
        let outcome = try append(
            name, messages, contentType, producer: producer, closes: shouldClose, sequence)
        let isDuplicate = outcome.kind == .duplicate || outcome.kind == .closedAgain
        return ProducerReceipt(
            status: isDuplicate ? .duplicate : .accepted, epoch: outcome.producerEpoch,
            sequence: outcome.producerSequence, nextOffset: outcome.tail,
            isClosed: outcome.isClosed)
    }

    public func closeStream(_ name: String) throws(StreamStorageError) {
        _ = try append(name, [], nil, producer: nil, closes: true, nil)
    }

    public func delete(_ name: String) throws(StreamStorageError) {
        try settled { () throws(StreamRefusal) in
            let lsn = try Self.with([Array(name.utf8)]) { (words, _) throws(StreamRefusal) in
                try engine.delete(words[0], blocking: true)
            }
            return Settling((), lsn)
        }
    }

    @discardableResult
    public func trim(
        _ name: String, before position: StreamPosition
    ) throws(StreamStorageError) -> StreamPosition {
        try settled { () throws(StreamRefusal) in
            let outcome = try engine.trim(try lookUp(name), before: position)
            return Settling(outcome.earliest, outcome.visibleAt)
        }
    }

    @discardableResult
    public func applyRetention() -> Int {
        var count = 0
        while case let trimmed = engine.sweepRetention(), trimmed > 0 { count += trimmed }
        return count
    }

    public func head(_ name: String) throws(StreamStorageError) -> StreamMetadata {
        try settled { () throws(StreamRefusal) in
            let head = try engine.head(try lookUp(name))
            return Settling(StreamMetadata(head), head.visibleAt)
        }
    }

    public func exists(_ name: String) -> Bool {
        (try? head(name)) != nil
    }

    public func subscribe(
        _ name: String, onChange: @escaping @Sendable () -> Void
    ) -> StreamSubscription? {
        guard let stream = try? lookUp(name) else { return nil }
        return feed.add(stream, onChange)
    }

    @discardableResult
    public func cleanupExpiredStreams() -> Int {
        var count = 0
        while case let deleted = engine.sweepExpired(), deleted > 0 { count += deleted }
        return count
    }

    public func listStreams(
        prefix: String, after: String?, limit: Int
    ) throws(StreamStorageError) -> [(name: String, metadata: StreamMetadata)] {
        let summaries = try settled { () throws(StreamRefusal) in
            try Self.with([Array(prefix.utf8), Array((after ?? "").utf8)]) {
                (words, _) throws(StreamRefusal) in
                let found = try engine.list(
                    prefix: words[0], after: after == nil ? nil : words[1], limit: limit)
                return Settling(found.summaries, found.visibleAt)
            }
        }
        return summaries.map { ($0.name, StreamMetadata($0.head)) }
    }

    public func read(
        _ name: String, from start: ReadStart, maxBytes: Int
    ) throws(StreamStorageError) -> MessagePage {
        let (stream, view) = try settled { () throws(StreamRefusal) in
            let stream = try lookUp(name)
            let view = try engine.view(stream, uses: true)
            return Settling((stream, view), view.visibleAt)
        }
        let page: RecordPage
        do {
            page = try engine.log.read(
                stream.log, from: engine.position(start, view), maxBytes: maxBytes)
        } catch {
            throw StreamStorageError(StreamEngine.refusal(error, view, stream).error)
        }
        // The page may be newer than the view, and have the end of the stream in it.
        let hasEnd = page.reachesTail && page.records.last?.kind == .close
        return MessagePage(
            messages: page.records.compactMap { $0.kind == .data ? $0.payload : nil },
            nextOffset: page.next, isAtTail: page.reachesTail, isClosed: view.isClosed || hasEnd)
    }

    // MARK: The parts they share

    /// A result, and when it may be given out.
    private struct Settling<R> {
        let result: R
        let visibleAt: LSN

        init(_ result: R, _ visibleAt: LSN) {
            self.result = result
            self.visibleAt = visibleAt
        }
    }

    /// An append of any kind; close-only when there are no messages.
    func append(
        _ name: String, _ messages: [[UInt8]], _ contentType: String?, producer: Producer?,
        closes: Bool, _ sequence: String?
    ) throws(StreamStorageError) -> AppendOutcome {
        try settled { () throws(StreamRefusal) in
            let stream = try lookUp(name)
            let words = [contentType, producer?.id, sequence].map { Array(($0 ?? "").utf8) }
            let outcome = try Self.with(words, messages) {
                (words, content) throws(StreamRefusal) in
                var command = AppendCommand()
                command.content = content
                command.contentType = contentType == nil ? nil : words[0]
                command.closes = closes
                command.sequence = sequence == nil ? nil : words[2]
                if let producer {
                    command.producer = ProducerTuple(
                        id: words[1], epoch: producer.epoch, sequence: producer.sequence)
                }
                return try engine.append(command, to: stream)
            }
            return Settling(outcome, outcome.visibleAt)
        }
    }

    private func lookUp(_ name: String) throws(StreamRefusal) -> Stream {
        try Self.with([Array(name.utf8)]) { (words, _) throws(StreamRefusal) in
            try engine.lookUp(words[0], blocking: true)
        }
    }

    /// Runs `body` and waits until what it gives, or refuses, is durable.
    ///
    /// While the log cannot take more, because the disk is behind, it is tried again for a while.
    private func settled<R>(
        _ body: () throws(StreamRefusal) -> Settling<R>
    ) throws(StreamStorageError) -> R {
        var patience = Patience()
        while true {
            let settling: Settling<R>
            do {
                settling = try body()
            } catch {
                if case .log(.overloaded) = error.error, patience.wait() {
                    engine.log.requestCommit()
                    continue
                }
                try wait(for: error.visibleAt)
                throw StreamStorageError(error.error)
            }
            try wait(for: settling.visibleAt)
            return settling.result
        }
    }

    private func wait(for lsn: LSN) throws(StreamStorageError) {
        if lsn == .none { return }
        do {
            try engine.log.waitUntilDurable(lsn)
        } catch {
            throw StreamStorageError(.log(error))
        }
    }

    /// Calls `body` with the bytes of some words and messages, which are valid for the call.
    private static func with<R>(
        _ words: [[UInt8]], _ messages: [[UInt8]] = [],
        _ body: (PackedMessages, StreamContent) throws(StreamRefusal) -> R
    ) throws(StreamRefusal) -> R {
        try PackedMessages.with(words) { (words) throws(StreamRefusal) in
            try PackedMessages.with(messages) { (messages) throws(StreamRefusal) in
                try body(words, messages.content)
            }
        }
    }
}
