// One open event stream: where its reader is, and how it goes on.

import VarveLog
import VarveNetwork
import VarveStreams

/// A reader of server-sent events.
///
/// A subscriber reads from its own position whenever its stream has changed or its connection has
/// room again; nothing is kept for it. Readers at the same position share one encoding.
/// Thread rule: its loop only.
final class Subscriber: ExchangeOwner {
    /// What the subscriber waits for.
    private enum State {
        /// A change of the stream.
        case live
        /// Room in its connection.
        case blocked
        /// A read from disk.
        case reading
        /// Nothing: it has ended.
        case ended
    }

    /// Where in its topic it is.
    @exclusivity(unchecked) var place = 0
    private let responder: Responder
    private let topic: Topic
    private let openedAt: UInt64
    @exclusivity(unchecked) private var wroteAt: UInt64
    @exclusivity(unchecked) private var position: StreamPosition
    /// The smallest cursor the reader may be sent: cursors never go back.
    private let cursorFloor: UInt64
    @exclusivity(unchecked) private var state = State.live
    /// Whether the reader has been told that it is up to date at `position`.
    @exclusivity(unchecked) private var isTold = false

    /// A subscriber of `topic` at `position`, admitted already.
    init(_ responder: Responder, _ topic: Topic, at position: StreamPosition, cursor: UInt64) {
        self.responder = responder
        self.topic = topic
        self.position = position
        cursorFloor = cursor
        openedAt = responder.loop.nowMilliseconds
        wroteAt = openedAt
    }

    /// Joins its topic and sends what there is.
    func begin() {
        topic.add(self)
        responder.metrics.subscribers.add()
        var batch = SharedBatch()
        wake(&batch)
    }

    /// The stream has changed: sends what is new.
    func wake(_ batch: inout SharedBatch) {
        while case .live = state, sendNext(&batch) {}
    }

    /// There is room in the connection again.
    func writable() {
        guard case .blocked = state else { return }
        state = .live
        var batch = SharedBatch()
        wake(&batch)
        responder.state.registry.settle(topic)
    }

    /// The client has left.
    func gone() {
        leave()
        responder.state.registry.settle(topic)
    }

    /// The server stops.
    func finish() {
        end()
        responder.state.registry.settle(topic)
    }

    /// Keeps a silent connection alive, and ends one that is old enough.
    func tick(now: UInt64, keepAlive: UInt64, maxAge: UInt64) {
        if now >= openedAt + maxAge {
            end()
        } else if now >= wroteAt + keepAlive, case .live = state {
            wroteAt = now
            _ = responder.exchange.writeStream(responder.state.keepAlive)
        }
    }

    /// Sends the next batch or, at the tail, the control event that says so; false when there is
    /// nothing more to do for now.
    private func sendNext(_ batch: inout SharedBatch) -> Bool {
        let cursor = max(cursorFloor, responder.state.currentCursor)
        if batch.fits(position, cursor: cursor) { return send(batch) }
        do throws(StreamRefusal) {
            guard
                let (info, bytes) = try PageReader.read(
                    topic.stream, from: .position(position), maxBytes: responder.core.batchBytes,
                    mayBeInFile: false, responder.state)
            else {
                readFromDisk()
                return false
            }
            if waits(for: info.view.visibleAt) { return false }
            // Nothing new, and the reader knows: not worth an encoding.
            if info.byteCount == 0 && isTold && !info.isFinal { return false }
            batch.encode(info, bytes, cursor: cursor, responder.metrics)
            return send(batch)
        } catch {
            // Deleted, expired, or unreadable: the reader learns why when it comes back.
            if !waits(for: error.visibleAt) { end() }
            return false
        }
    }

    /// Writes an encoded batch that begins at the reader's position; true when more may follow.
    private func send(_ batch: SharedBatch) -> Bool {
        guard let info = batch.info else { return false }
        if info.byteCount == 0 && isTold && !info.isFinal { return false }
        guard responder.exchange.writeStream(batch.bytes) else {
            state = .blocked
            return false
        }
        wroteAt = responder.loop.nowMilliseconds
        responder.metrics.eventBytes.add(UInt64(info.byteCount))
        position = info.end
        isTold = info.isUpToDate
        if info.isFinal { end() }
        return !info.isUpToDate
    }

    /// Has the next batch read by the pool, and goes on when it is there.
    private func readFromDisk() {
        let read = topic.readFromDisk(
            from: position, maxBytes: responder.core.batchBytes, responder.state)
        guard let read else { return end() }
        state = .reading
        read.add(self)
    }

    /// The batch that the reader waited for has been read from disk, or could not be; true when
    /// more may follow.
    func take(_ outcome: DiskRead.Outcome, _ batch: inout SharedBatch) -> Bool {
        guard case .reading = state else { return false }
        state = .live
        switch outcome {
        case .success((let info, let bytes)):
            if waits(for: info.view.visibleAt) { return false }
            let cursor = max(cursorFloor, responder.state.currentCursor)
            if !batch.fits(position, cursor: cursor) {
                batch.encode(info, .owned(bytes), cursor: cursor, responder.metrics)
            }
            return send(batch)
        case .failure(let refusal):
            if !waits(for: refusal.visibleAt) { end() }
            return false
        }
    }

    /// Whether what a read revealed is not durable yet; then the topic is served again when it is.
    private func waits(for lsn: LSN) -> Bool {
        guard responder.mustWait(for: lsn) else { return false }
        responder.state.registry.expect(lsn, topic)
        return true
    }

    private func end() {
        if leave() { responder.exchange.endStream() }
    }

    /// Leaves the topic; false when it has left before.
    @discardableResult
    private func leave() -> Bool {
        if case .ended = state { return false }
        state = .ended
        topic.remove(self)
        responder.metrics.subscribers.subtract()
        responder.core.releaseSubscriber()
        return true
    }
}
