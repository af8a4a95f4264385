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
        let target = Target(request)
        let body = request.body
        let isForked = request.header(.streamForkedFrom) != nil
        do throws(Refusal) {
            try withUnsafeTemporaryAllocation(
                byteCount: isForked ? Route.encodedNameBytesMax : 1, alignment: 1
            ) { (names) throws(Refusal) in
                let command = try command(request, name: name, responder.core, names)
                let outcome: CreateOutcome
                do throws(StreamRefusal) {
                    outcome = try responder.core.engine.create(command)
                } catch {
                    guard error.needsDisk else { throw Refusal(error) }
                    return answerFromDisk(command, body, target.owned, responder)
                }
                answer(target, bodyBytes: body.count, outcome, responder)
            }
        } catch {
            responder.refuse(error, request)
        }
    }

    /// Has the pool create the stream, and answers then.
    private static func answerFromDisk(
        _ command: CreateCommand, _ body: UnsafeRawBufferPointer, _ target: OwnedTarget,
        _ responder: Responder
    ) {
        let count = body.count
        DiskCreate.begin(command, body: body, responder) { outcome in
            switch outcome {
            case .success(let outcome):
                target.withTarget { answer($0, bodyBytes: count, outcome, responder) }
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
    }

    private static func answer(
        _ target: Target, bodyBytes: Int, _ outcome: CreateOutcome, _ responder: Responder
    ) {
        if outcome.kind == .created && bodyBytes > 0 {
            responder.metrics.appends.add()
            responder.metrics.appendBytes.add(UInt64(bodyBytes))
        }
        let isNew = outcome.kind == .created
        responder.send(isNew ? .created : .ok, gate: outcome.visibleAt, body: .empty) {
            writer in
            writer.header("Content-Type", outcome.contentType.bytes)
            writer.header(
                "Stream-Next-Offset", hexadecimal: outcome.tail.record, outcome.tail.byte)
            if outcome.isClosed { writer.lines("Stream-Closed: true\r\n") }
            if isNew { writeLocation(target, responder.core, writer) }
        }
    }

    /// The absolute URL of the stream: the request's own path, on the host the client spoke to.
    private static func writeLocation(
        _ target: Target, _ core: ServerCore, _ writer: ResponseWriter
    ) {
        writer.header("Location") { buffer in
            buffer.append(target.isSecure ? "https://" : "http://")
            if target.authority.isEmpty {
                buffer.append(text: core.defaultAuthority)
            } else {
                buffer.append(target.authority)
            }
            buffer.append(target.path)
        }
    }

    private static func command(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ core: ServerCore,
        _ names: UnsafeMutableRawBufferPointer
    ) throws(Refusal) -> CreateCommand {
        var command = CreateCommand(name: name)
        command.retention = try retention(request)
        if let value = request.header(.streamCompression) {
            guard !request.isRepeated(.streamCompression), let word = RunEncoding(header: value)
            else { throw Refusal(.invalidCompression) }
            command.compression = word
        }
        command.fork = try ForkHeaders.parse(
            request, basePath: core.basePath.bytes, names: names)
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

extension Create {
    /// How much of the stream is to be kept.
    private static func retention(
        _ request: borrowing RequestView
    ) throws(Refusal) -> StreamRetention {
        var retention = StreamRetention.everything
        if let value = request.header(.streamRetainBytes) {
            guard !request.isRepeated(.streamRetainBytes),
                let bytes = StreamRetention.bytes(value)
            else { throw Refusal(.invalidRetention) }
            retention.bytes = bytes
        }
        if let value = request.header(.streamRetainSeconds) {
            guard !request.isRepeated(.streamRetainSeconds),
                let seconds = StreamRetention.seconds(value)
            else { throw Refusal(.invalidRetention) }
            retention.seconds = seconds
        }
        return retention
    }

    /// What of a request its answer needs: the parts of the stream's URL.
    private struct Target {
        let isSecure: Bool
        let authority: UnsafeRawBufferPointer
        let path: UnsafeRawBufferPointer

        /// Views into the request.
        init(_ request: borrowing RequestView) {
            isSecure = request.header(.xForwardedProto)?.equalsIgnoringCase("https") ?? false
            authority = request.authority
            path = request.path
        }

        /// Views into other memory.
        init(isSecure: Bool, authority: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer) {
            self.isSecure = isSecure
            self.authority = authority
            self.path = path
        }

        /// A copy that outlives the request.
        var owned: OwnedTarget {
            OwnedTarget(isSecure: isSecure, authority: Array(authority), path: Array(path))
        }
    }

    /// The same with memory of its own.
    private struct OwnedTarget {
        let isSecure: Bool
        let authority: [UInt8]
        let path: [UInt8]

        func withTarget(_ body: (Target) -> Void) {
            authority.withUnsafeBytes { authority in
                path.withUnsafeBytes { path in
                    body(Target(isSecure: isSecure, authority: authority, path: path))
                }
            }
        }
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
