// GET without live: one page.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind GET.
enum Read {
    /// Answers a request to read `name`, in whichever mode its query asks for.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        let asked: ReadRequest
        switch ReadRequest.parse(request.query) {
        case .success(let parsed): asked = parsed
        case .failure(let refusal): return responder.refuse(refusal)
        }
        let responder = responder.with(asked.mode.operation)
        let stream: Stream
        do throws(StreamRefusal) {
            stream = try responder.core.engine.lookUp(name, blocking: false)
        } catch {
            if error.needsDisk { return ColdStream.load(name, request, responder) }
            return responder.refuse(Refusal(error))
        }
        do throws(StreamRefusal) {
            switch asked.mode {
            case .catchUp where asked.isFromNow:
                answerTail(try responder.core.engine.view(stream, uses: true), responder)
            case .catchUp: try answer(request, asked, stream, responder)
            case .longPoll: try LongPoll.answer(request, asked, stream, responder)
            case .events: try EventStream.answer(request, asked, stream, responder)
            }
        } catch {
            responder.refuse(Refusal(error))
        }
    }

    /// Answers with a page, or 304 when the client has it.
    private static func answer(
        _ request: borrowing RequestView, _ asked: ReadRequest, _ stream: Stream,
        _ responder: Responder
    ) throws(StreamRefusal) {
        guard
            let (info, bytes) = try PageReader.read(
                stream, from: asked.start, maxBytes: responder.core.configuration.pageBytes,
                responder.state)
        else { return answerFromDisk(request, asked, stream, responder) }
        let page = Page(info, cursor: nil)
        if page.matches(request) { return page.sendNotModified(responder) }
        page.send(bytes, responder)
    }

    /// Reads the page on the pool and answers when it is there.
    static func answerFromDisk(
        _ request: borrowing RequestView, _ asked: ReadRequest, _ stream: Stream,
        _ responder: Responder
    ) {
        let owner = ReadingExchange()
        let condition = request.header(.ifNoneMatch).map { [UInt8]($0) }
        guard responder.exchange.park(owner: owner, endsWithPeer: false) else {
            return responder.refuse(.busy)
        }
        let isQueued = DiskRead.begin(
            stream, from: asked.start, maxBytes: responder.core.configuration.pageBytes,
            responder.state
        ) { outcome in
            guard owner.isWaited else { return }
            switch outcome {
            case .success((let info, let bytes)):
                let isPolled = asked.mode == .longPoll && !info.isFinal
                let page = Page(
                    info, cursor: isPolled ? responder.nextCursor(after: asked.cursor) : nil)
                if let condition, page.matches(ifNoneMatch: condition) {
                    page.sendNotModified(responder)
                } else {
                    page.send(.owned(bytes), responder)
                }
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
        if !isQueued { responder.refuse(.busy) }
    }

    /// Answers `offset=now`: where the stream ends, and nothing of it.
    private static func answerTail(_ view: StreamView, _ responder: Responder) {
        let body: StaticString = view.contentType.isJSON ? "[]" : ""
        responder.send(.ok, gate: view.visibleAt, body: UnsafeRawBufferPointer(body)) { writer in
            writer.header("Content-Type", view.contentType.bytes)
            writer.header("Stream-Next-Offset", hexadecimal: view.tail.record, view.tail.byte)
            writer.lines("Stream-Up-To-Date: true\r\nCache-Control: no-store\r\n")
            if view.isClosed { writer.lines("Stream-Closed: true\r\n") }
        }
    }
}

extension ReadRequest.Mode {
    /// The operation that a request of this mode is counted as.
    var operation: Operation {
        switch self {
        case .catchUp: .read
        case .longPoll: .longPoll
        case .events: .eventStream
        }
    }
}
