import VarveBytes
import VarveHTTP

/// Writes the requests of a run; the unchanging parts are made once.
struct RequestWriter {
    private let appendStart: [UInt8]
    private let appendEnd: [UInt8]
    private let createStart: [UInt8]
    private let createEnd: [UInt8]
    private let deleteStart: [UInt8]
    private let getStart: [UInt8]
    private let plainEnd: [UInt8]
    private let filler: [UInt8]
    private let plan: LoadPlan
    /// Whether a record is a JSON string.
    private let isJSON: Bool

    /// Requests for the plan.
    init(_ plan: LoadPlan) {
        self.plan = plan
        isJSON = plan.contentType.hasPrefix("application/json")
        let path = "\(plan.target.basePath)/\(plan.prefix)/"
        let host = " HTTP/1.1\r\nHost: \(plan.target.authority)\r\n"
        let type = "\(host)Content-Type: \(plan.contentType)\r\n"
        appendStart = Array("POST \(path)".utf8)
        appendEnd = Array("\(type)Content-Length: ".utf8)
        createStart = Array("PUT \(path)".utf8)
        createEnd = Array("\(type)Content-Length: 0\r\n\r\n".utf8)
        deleteStart = Array("DELETE \(path)".utf8)
        getStart = Array("GET \(path)".utf8)
        plainEnd = Array("\(host)\r\n".utf8)
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
        let length = plan.mode == .read ? plan.fillBytes : plan.recordBytes
        filler = (0..<length).map { letters[($0 &* 2_654_435_761 >> 7) & 63] }
    }

    /// A creation of `stream`.
    func create(_ stream: UInt64, to output: OutputBuffer) {
        append(createStart, output)
        output.append(decimal: stream)
        append(createEnd, output)
    }

    /// A creation of a stream of its own for each connection and number.
    func create(connection: Int, number: UInt64, to output: OutputBuffer) {
        append(createStart, output)
        output.append(decimal: UInt64(connection))
        output.append(byte: UInt8(ascii: "/"))
        output.append(decimal: number)
        append(createEnd, output)
    }

    /// A deletion of `stream`.
    func delete(_ stream: UInt64, to output: OutputBuffer) {
        append(deleteStart, output)
        output.append(decimal: stream)
        append(plainEnd, output)
    }

    /// An append of filler of `size` bytes.
    func append(_ stream: UInt64, size: Int, to output: OutputBuffer) {
        appendHead(stream, size, output)
        guard isJSON else { return append(filler, 0, size, output) }
        output.append(byte: UInt8(ascii: "\""))
        append(filler, 0, size - 2, output)
        output.append(byte: UInt8(ascii: "\""))
    }

    /// A read from `offset`.
    func read(_ stream: UInt32, from offset: ShortText, to output: OutputBuffer) {
        append(getStart, output)
        output.append(decimal: UInt64(stream))
        output.append("?offset=")
        output.append(offset.bytes)
        append(plainEnd, output)
    }

    private func appendHead(_ stream: UInt64, _ size: Int, _ output: OutputBuffer) {
        append(appendStart, output)
        output.append(decimal: stream)
        append(appendEnd, output)
        output.append(decimal: UInt64(size))
        output.append("\r\n\r\n")
    }

    private func append(_ bytes: [UInt8], _ output: OutputBuffer) {
        bytes.withUnsafeBytes { output.append($0) }
    }

    private func append(_ bytes: [UInt8], _ start: Int, _ count: Int, _ output: OutputBuffer) {
        bytes.withUnsafeBytes {
            output.append(UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
        }
    }
}

extension RequestWriter: LiveRequestWriter {
    func append(
        _ stream: UInt64, sentAt: UInt64, first: RecordNumber, to output: OutputBuffer
    ) {
        appendHead(stream, plan.recordBytes, output)
        output.append(byte: UInt8(ascii: "@"))
        output.append(hexadecimal: sentAt)
        output.append(hexadecimal: first.rawValue)
        append(filler, 0, plan.recordBytes - MarkerScanner.byteCount, output)
    }

    func subscribe(_ connection: LoadConnection, to output: OutputBuffer) {
        append(getStart, output)
        output.append(decimal: UInt64(connection.stream))
        output.append("?offset=")
        output.append(connection.offset.bytes)
        output.append("&live=")
        output.append(plan.mode == .sse ? "sse" : "long-poll")
        if !connection.cursor.isEmpty {
            output.append("&cursor=")
            output.append(connection.cursor.bytes)
        }
        append(plainEnd, output)
    }
}
