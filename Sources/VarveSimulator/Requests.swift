import VarveLog
import VarveStreams

/// The engine's calls, with arrays for memory and results for errors.
struct Requests {
    let engine: StreamEngine

    private static let binaryType = "application/octet-stream"
    private static let jsonType = "application/json"

    func create(
        _ request: CreateRequest, blocking: Bool = true
    ) -> Result<CreateOutcome, StreamRefusal> {
        let type = request.isJSON ? Self.jsonType : Self.binaryType
        return withBytes(request.name, type, request.fork?.source ?? "") { name, type, source in
            request.body.withUnsafeBytes { body in
                var command = CreateCommand(name: name)
                command.contentType = request.namesType ? type : nil
                command.lifetime = request.lifetime
                command.retention = request.retention
                command.isClosed = request.isClosed
                command.content = .body(body)
                command.fork = request.fork.map {
                    ForkCommand(source: source, offset: $0.offset, subOffset: $0.subOffset)
                }
                return Result { () throws(StreamRefusal) in
                    try engine.create(command, blocking: blocking)
                }
            }
        }
    }

    func append(
        _ request: AppendRequest, to stream: Stream
    ) -> Result<AppendOutcome, StreamRefusal> {
        let type = request.isJSON ? Self.jsonType : Self.binaryType
        return withBytes(type, request.producer?.id ?? "", request.sequence ?? "") {
            type, producer, sequence in
            request.body.withUnsafeBytes { body in
                var command = AppendCommand()
                command.content = .body(body)
                command.contentType = body.isEmpty ? nil : type
                if let tuple = request.producer {
                    command.producer = ProducerTuple(
                        id: producer, epoch: tuple.epoch, sequence: tuple.sequence)
                }
                if request.sequence != nil { command.sequence = sequence }
                command.closes = request.closes
                command.ifMatch = request.ifMatch
                return Result { () throws(StreamRefusal) in
                    try engine.append(command, to: stream)
                }
            }
        }
    }

    func lookUp(_ name: String) -> Result<Stream, StreamRefusal> {
        withBytes(name) { name in
            Result { () throws(StreamRefusal) in try engine.lookUp(name, blocking: true) }
        }
    }

    func delete(_ name: String) -> Result<LSN, StreamRefusal> {
        withBytes(name) { name in
            Result { () throws(StreamRefusal) in try engine.delete(name, blocking: true) }
        }
    }

    func read(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, blocking: Bool
    ) -> Result<(StreamRead, [UInt8]), StreamRefusal> {
        Result { () throws(StreamRefusal) in
            let page = try engine.beginRead(
                stream, from: start, maxBytes: maxBytes, blocking: blocking)
            var bytes = [UInt8](repeating: 0, count: page.run.byteCount)
            let failure = bytes.withUnsafeMutableBytes { buffer -> LogError? in
                do throws(LogError) {
                    try page.run.gatherBlocking(into: buffer)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw StreamRefusal(.log(failure)) }
            return (page, bytes)
        }
    }

    func trim(
        _ stream: Stream, before position: StreamPosition
    ) -> Result<TrimOutcome, StreamRefusal> {
        Result { () throws(StreamRefusal) in try engine.trim(stream, before: position) }
    }

    func redact(
        _ stream: Stream, from position: StreamPosition, records: UInt64
    ) -> Result<RedactionReceipt, StreamRefusal> {
        Result { () throws(StreamRefusal) in
            try engine.redact(
                stream, from: position, records: records, reason: Array("simulated".utf8))
        }
    }

    func list() throws(StreamRefusal) -> (summaries: [StreamSummary], visibleAt: LSN) {
        try engine.list(
            prefix: UnsafeRawBufferPointer(start: nil, count: 0), after: nil, limit: 10_000)
    }

    /// Calls `body` with the UTF-8 of each text.
    private func withBytes<R>(
        _ texts: String..., body: ([UnsafeRawBufferPointer]) -> R
    ) -> R {
        let all = texts.map { Array($0.utf8) }
        let joined = Array(all.joined())
        return joined.withUnsafeBytes { bytes in
            var start = 0
            let slices = all.map { text in
                defer { start += text.count }
                return UnsafeRawBufferPointer(rebasing: bytes[start..<start + text.count])
            }
            return body(slices)
        }
    }

    private func withBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        withBytes(text, body: { body($0[0]) })
    }

    private func withBytes<R>(
        _ first: String, _ second: String, _ third: String,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> R
    ) -> R {
        withBytes(first, second, third, body: { body($0[0], $0[1], $0[2]) })
    }
}
