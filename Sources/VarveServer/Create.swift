// PUT: creates a stream, or finds that it exists as asked.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveStreams

/// The operation behind PUT.
enum Create {
    /// Answers a request to create `name`.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        do throws(Refusal) {
            let command = try command(request, name: name)
            let outcome: CreateOutcome
            do throws(StreamRefusal) {
                outcome = try responder.core.engine.create(command)
            } catch {
                throw Refusal(error)
            }
            if outcome.kind == .created && !request.body.isEmpty {
                responder.metrics.appends.add()
                responder.metrics.appendBytes.add(UInt64(request.body.count))
            }
            answer(request, outcome, responder)
        } catch {
            responder.refuse(error, request)
        }
    }

    private static func answer(
        _ request: borrowing RequestView, _ outcome: CreateOutcome, _ responder: Responder
    ) {
        let isNew = outcome.kind == .created
        responder.send(isNew ? .created : .ok, gate: outcome.visibleAt, body: .empty) {
            writer in
            writer.header("Content-Type", outcome.contentType.bytes)
            writer.header(
                "Stream-Next-Offset", hexadecimal: outcome.tail.record, outcome.tail.byte)
            if outcome.isClosed { writer.lines("Stream-Closed: true\r\n") }
            if isNew { writeLocation(request, responder.core, writer) }
        }
    }

    /// The absolute URL of the stream: the request's own path, on the host the client spoke to.
    private static func writeLocation(
        _ request: borrowing RequestView, _ core: ServerCore, _ writer: ResponseWriter
    ) {
        let isSecure = request.header(.xForwardedProto)?.equalsIgnoringCase("https") ?? false
        let authority = request.authority
        let path = request.path
        writer.header("Location") { buffer in
            buffer.append(isSecure ? "https://" : "http://")
            if authority.isEmpty {
                buffer.append(text: core.defaultAuthority)
            } else {
                buffer.append(authority)
            }
            buffer.append(path)
        }
    }

    private static func command(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer
    ) throws(Refusal) -> CreateCommand {
        if request.header(.streamForkedFrom) != nil || request.header(.streamForkOffset) != nil
            || request.header(.streamForkSubOffset) != nil
        {
            throw Refusal(.forksNotSupported)
        }
        if request.header(.streamRetainBytes) != nil || request.header(.streamRetainSeconds) != nil
        {
            throw Refusal(.retentionNotSupported)
        }
        var command = CreateCommand(name: name)
        if let type = request.header(.contentType), !type.isEmpty { command.contentType = type }
        command.isClosed = request.closesStream
        command.content = .body(request.body)
        switch (request.header(.streamTTL), request.header(.streamExpiresAt)) {
        case (nil, nil): break
        case (_?, _?): throw Refusal(.conflictingExpiry)
        case (let seconds?, nil):
            guard !request.isRepeated(.streamTTL),
                let lifetime = StreamLifetime.timeToLive(seconds)
            else { throw Refusal(.invalidTTL) }
            command.lifetime = lifetime
        case (nil, let time?):
            guard !request.isRepeated(.streamExpiresAt),
                let lifetime = StreamLifetime.expiresAt(time)
            else { throw Refusal(.invalidExpiry) }
            command.lifetime = lifetime
            command.lifetimeText = time
        }
        return command
    }
}

extension RequestView {
    /// Whether `Stream-Closed` is `true`, in any case; any other value counts as absent.
    @inline(__always)
    var closesStream: Bool {
        guard let value = header(.streamClosed) else { return false }
        return value.equalsIgnoringCase("true") && !isRepeated(.streamClosed)
    }
}
