// Event streams: the client's parser survives everything, splits make no difference, and what the
// encoder writes is what the parser reads, whatever the payload tries.

import VarveHTTP

extension FuzzTarget {
    /// The first byte is the size of the pieces, the rest is an event stream.
    static let eventStream = FuzzTarget(name: "event-stream") { data, size in
        var input = FuzzInput(data, size)
        let piece = Int(input.takeByte()) + 1
        let whole = ReadEvents(input.rest, pieceBytes: input.rest.count + 1, limit: 512)
        let split = ReadEvents(input.rest, pieceBytes: piece, limit: 512)
        demand(whole == split, "a split changes nothing")
        return 0
    }

    /// The first byte chooses the encoding, the second the size of the pieces, the rest is a
    /// payload.
    static let eventRoundTrip = FuzzTarget(name: "event-round-trip") { data, size in
        var input = FuzzInput(data, size)
        let encoding: SSEDataEvent.Encoding = input.takeByte() & 1 == 0 ? .text : .base64
        let piece = Int(input.takeByte()) + 1
        let payload = Array(input.rest)
        let buffer = OutputBuffer()
        var event = SSEDataEvent(in: buffer, encoding: encoding)
        while !input.rest.isEmpty { withExactCopy(input.take(piece)) { event.append($0) } }
        event.end()
        let whole = OutputBuffer()
        var once = SSEDataEvent(in: whole, encoding: encoding)
        payload.withUnsafeBytes { once.append($0) }
        once.end()
        demand(buffer.readable.elementsEqual(whole.readable), "pieces change nothing")
        let read = ReadEvents(buffer.readable, pieceBytes: piece, limit: .max)
        demand(read.events.count == 1 && read.events[0].name == "data", "one event comes out")
        if encoding == .text {
            demand(read.events[0].data == joinedLines(payload), "the payload comes out")
        }
        return 0
    }

    /// The payload with every line end as a line feed: what a client can get back.
    private static func joinedLines(_ payload: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for (index, byte) in payload.enumerated() {
            if byte == 0x0A && index > 0 && payload[index - 1] == 0x0D { continue }
            result.append(byte == 0x0D ? 0x0A : byte)
        }
        return result
    }
}

/// What reading a stream in pieces gives.
private struct ReadEvents: Equatable {
    var events: [SSEEvent] = []
    var failed = false
    var retry: UInt64?

    init(_ bytes: UnsafeRawBufferPointer, pieceBytes: Int, limit: Int) {
        var parser = SSEParser(eventBytesMax: limit)
        var start = 0
        var read: [SSEEvent] = []
        while start < bytes.count && !failed {
            let piece = bytes[start..<min(start + pieceBytes, bytes.count)]
            withExactCopy(UnsafeRawBufferPointer(rebasing: piece)) { copy in
                do throws(SSEError) {
                    try parser.feed(copy) { read.append($0) }
                } catch {
                    failed = true
                }
            }
            start += pieceBytes
        }
        events = read
        // A failure comes at the same line, but lines before it in the same piece may say more.
        retry = failed ? nil : parser.retryMilliseconds
    }
}
