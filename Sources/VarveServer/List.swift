// GET {base}/__ds/streams: the streams there are, in the order of their names.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// The operation behind the list.
enum List {
    private static let limitDefault = 100
    private static let limitMax = 1000

    /// What a request asks for.
    private struct Query {
        var prefix: [UInt8] = []
        var after: [UInt8] = []
        var limit = List.limitDefault

        /// What there is of it, and one more. Waits for the disk.
        func run(on engine: StreamEngine) throws(StreamRefusal) -> Found {
            try prefix.span.withUnsafeBytes { (prefix) throws(StreamRefusal) in
                try after.span.withUnsafeBytes { (after) throws(StreamRefusal) in
                    try engine.list(prefix: prefix, after: after, limit: limit + 1)
                }
            }
        }
    }

    /// What the engine found: one more than asked for tells whether there are more.
    private typealias Found = (summaries: [StreamSummary], visibleAt: LSN)

    /// Answers a request for the list: the pool makes it, since most streams are not in memory.
    static func answer(_ request: borrowing RequestView, _ responder: Responder) {
        do throws(Refusal) {
            begin(try parse(request.query), responder)
        } catch {
            responder.refuse(error)
        }
    }

    private static func begin(_ query: Query, _ responder: Responder) {
        let core = responder.core
        PoolWork.begin(on: core.pool, responder) { () -> Result<Found, StreamRefusal> in
            Result { () throws(StreamRefusal) in try query.run(on: core.engine) }
        } answer: { outcome in
            switch outcome {
            case .success(let found): answer(found, query, responder)
            case .failure(let refusal): responder.refuse(Refusal(refusal))
            }
        }
    }

    private static func answer(_ list: Found, _ query: Query, _ responder: Responder) {
        let (found, visibleAt) = list
        let page = found.prefix(query.limit)
        let hasMore = found.count > query.limit
        responder.send(.ok, gate: visibleAt) { writer in
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append("{\"streams\":[")
            for (index, summary) in page.enumerated() {
                if index > 0 { buffer.append(",") }
                append(summary, to: buffer)
            }
            buffer.append("]")
            if hasMore, let last = page.last {
                buffer.append(",\"next\":")
                JSONText.appendString(last.name, to: buffer)
            }
            buffer.append("}")
        }
    }

    private static func append(_ summary: StreamSummary, to buffer: OutputBuffer) {
        let head = summary.head
        buffer.append("{\"name\":")
        JSONText.appendString(summary.name, to: buffer)
        buffer.append(",\"contentType\":")
        JSONText.appendString(head.contentType.bytes, to: buffer)
        buffer.append(",\"nextOffset\":\"")
        buffer.append(hexadecimal: head.tail.record)
        buffer.append("_")
        buffer.append(hexadecimal: head.tail.byte)
        buffer.append("\",")
        if head.earliest != .start {
            buffer.append("\"earliestOffset\":\"")
            buffer.append(hexadecimal: head.earliest.record)
            buffer.append("_")
            buffer.append(hexadecimal: head.earliest.byte)
            buffer.append("\",")
        }
        buffer.append("\"records\":")
        buffer.append(decimal: head.tail.record - head.earliest.record)
        buffer.append(",\"bytes\":")
        buffer.append(decimal: head.tail.byte - head.earliest.byte)
        buffer.append(head.isClosed ? ",\"closed\":true" : ",\"closed\":false")
        switch head.lifetime {
        case .unlimited: break
        case .sliding(let seconds):
            buffer.append(",\"ttlSeconds\":")
            buffer.append(decimal: seconds)
        case .absolute(let milliseconds):
            append("expiresAt", milliseconds: milliseconds, to: buffer)
        }
        append("retainBytes", head.retention.bytes, to: buffer)
        append("retainSeconds", head.retention.seconds, to: buffer)
        if head.compression != .none {
            buffer.append(",\"compression\":\"")
            buffer.append(head.compression.word)
            buffer.append("\"")
        }
        append("createdAt", milliseconds: head.createdMilliseconds, to: buffer)
        append("updatedAt", milliseconds: head.updatedMilliseconds, to: buffer)
        buffer.append("}")
    }

    private static func append(
        _ name: StaticString, _ number: UInt64?, to buffer: OutputBuffer
    ) {
        guard let number else { return }
        buffer.append(",\"")
        buffer.append(name)
        buffer.append("\":")
        buffer.append(decimal: number)
    }

    private static func append(
        _ name: StaticString, milliseconds: UInt64, to buffer: OutputBuffer
    ) {
        buffer.append(",\"")
        buffer.append(name)
        buffer.append("\":\"")
        InternetTime.write(milliseconds, to: buffer.reserve(InternetTime.byteCount))
        buffer.advance(by: InternetTime.byteCount)
        buffer.append("\"")
    }

    /// Reads a query; throws when a parameter is repeated, malformed or out of its range.
    private static func parse(_ text: UnsafeRawBufferPointer) throws(Refusal) -> Query {
        var query = Query()
        let parameters = QueryParameters(text)
        query.prefix = try value(of: parameters.find("prefix")) ?? []
        query.after = try value(of: parameters.find("after")) ?? []
        if let limit = try value(of: parameters.find("limit")) {
            guard let number = limit.withUnsafeBytes({ DecimalDigits.parse($0) }),
                (1...UInt64(limitMax)).contains(number)
            else { throw Refusal(.invalidQuery) }
            query.limit = Int(number)
        }
        return query
    }

    /// The decoded value of a parameter; nil when it is absent.
    private static func value(
        of found: QueryParameters.Lookup
    ) throws(Refusal) -> [UInt8]? {
        guard case .value(let encoded) = found else {
            if case .repeated = found { throw Refusal(.invalidQuery) }
            return nil
        }
        let decoded = try? [UInt8](unsafeUninitializedCapacity: encoded.count) { output, count in
            count = try PercentCoding.decode(
                encoded, into: UnsafeMutableRawBufferPointer(output), plusIsSpace: true)
        }
        guard let decoded else { throw Refusal(.invalidQuery) }
        return decoded
    }
}
