// GET with live=long-poll: a page when there is one, or a wait for it.

import VarveHTTP
import VarveLog
import VarveStreams

/// The operation behind long-polls.
enum LongPoll {
    /// Answers with what there is, or waits for it.
    static func answer(
        _ request: borrowing RequestView, _ asked: ReadRequest, _ stream: Stream,
        _ responder: Responder
    ) throws(StreamRefusal) {
        guard let (info, bytes) = try read(stream, from: asked.start, responder) else {
            return Read.answerFromDisk(request, asked, stream, responder)
        }
        if info.hasNews {
            let page = page(info, cursor: asked.cursor, responder)
            if info.byteCount > 0, page.matches(request) { return page.sendNotModified(responder) }
            return send(info, bytes, cursor: asked.cursor, responder)
        }
        guard responder.core.admitWaiter() else { return responder.refuse(.busy) }
        // Followed first, read again after: what comes in between is not missed.
        let topic = responder.state.registry.follow(stream)
        let waiter = Waiter(responder, topic, at: info.end, cursor: asked.cursor)
        waiter.begin()
        responder.state.registry.settle(topic)
    }

    /// Reads the page that a long-poll at `start` would get; nil when it is on disk only.
    static func read(
        _ stream: Stream, from start: ReadStart, _ responder: Responder
    ) throws(StreamRefusal) -> (info: PageInfo, bytes: PageBytes)? {
        try PageReader.read(
            stream, from: start, maxBytes: responder.core.configuration.pageBytes, responder.state)
    }

    /// Answers with a page, or with 204 when it is empty.
    static func send(
        _ info: PageInfo, _ bytes: PageBytes, cursor: UInt64?, _ responder: Responder
    ) {
        if info.byteCount > 0 {
            page(info, cursor: cursor, responder).send(bytes, responder)
        } else {
            sendEmpty(info.view, cursor: cursor, responder)
        }
    }

    private static func page(_ info: PageInfo, cursor: UInt64?, _ responder: Responder) -> Page {
        // The end of a closed stream is polled once and for all: no cursor leads beyond it.
        Page(info, cursor: info.isFinal ? nil : responder.nextCursor(after: cursor))
    }

    private static func sendEmpty(_ view: StreamView, cursor: UInt64?, _ responder: Responder) {
        responder.send(.noContent, gate: view.visibleAt) { writer in
            writer.header("Stream-Next-Offset", hexadecimal: view.tail.record, view.tail.byte)
            writer.lines("Stream-Up-To-Date: true\r\nCache-Control: no-store\r\n")
            if view.isClosed {
                writer.lines("Stream-Closed: true\r\n")
            } else {
                writer.header("Stream-Cursor", decimal: responder.nextCursor(after: cursor))
            }
        }
    }
}
