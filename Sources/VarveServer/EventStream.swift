// GET with live=sse: a response that goes on as the stream does.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind server-sent events.
enum EventStream {
    /// Begins an event stream where the request asks for it.
    static func answer(
        _ request: borrowing RequestView, _ asked: ReadRequest, _ stream: Stream,
        _ responder: Responder
    ) throws(StreamRefusal) {
        // Read only to learn whether the position is one, and what it is.
        guard
            let (info, _) = try PageReader.read(
                stream, from: asked.start, maxBytes: 1, responder.state)
        else { return beginFromDisk(stream, asked, responder) }
        if responder.mustWait(for: info.view.visibleAt) {
            return responder.hold(request, until: info.view.visibleAt)
        }
        begin(stream, at: info, asked, responder)
    }

    /// The same when the position can only be found on disk.
    private static func beginFromDisk(
        _ stream: Stream, _ asked: ReadRequest, _ responder: Responder
    ) {
        let owner = ReadingExchange()
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            return responder.refuse(.busy)
        }
        let isQueued = DiskRead.begin(stream, from: asked.start, maxBytes: 1, responder.state) {
            outcome in
            guard owner.isWaited else { return }
            switch outcome {
            case .success((let info, _)): begin(stream, at: info, asked, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
        if !isQueued { responder.refuse(.busy) }
    }

    private static func begin(
        _ stream: Stream, at info: PageInfo, _ asked: ReadRequest, _ responder: Responder
    ) {
        guard responder.core.admitSubscriber() else { return responder.refuse(.busy) }
        let type = info.view.contentType
        let topic = responder.state.registry.follow(stream)
        let subscriber = Subscriber(
            responder, topic, at: info.start, cursor: responder.nextCursor(after: asked.cursor))
        let isOpen = responder.startStream(owner: subscriber) { writer in
            writer.lines("Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n")
            if !type.isText && !type.isJSON {
                writer.lines("Stream-SSE-Data-Encoding: base64\r\n")
            }
        }
        if isOpen {
            subscriber.begin()
        } else {
            responder.core.releaseSubscriber()
            responder.refuse(.busy)
        }
        responder.state.registry.settle(topic)
    }
}
