// A page of a stream as a response: its headers, its entity tag, and its bytes by the shortest way.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// What a catch-up read or a long-poll answers with.
struct Page {
    /// The bytes of an entity tag, its quotes included.
    private static let tagBytes = 69

    private let info: PageInfo
    /// `Stream-Cursor`; nil for none.
    private let cursor: UInt64?

    /// A page.
    init(_ info: PageInfo, cursor: UInt64?) {
        self.info = info
        self.cursor = cursor
    }

    /// Whether the client has this page already, by its If-None-Match.
    func matches(_ request: borrowing RequestView) -> Bool {
        guard request.header(.ifNoneMatch) != nil else { return false }
        let output = OutputBuffer(capacity: Self.tagBytes)
        appendTag(to: output)
        return request.ifNoneMatch(output.readable)
    }

    /// Whether the client has this page already, by the value of its If-None-Match.
    func matches(ifNoneMatch value: [UInt8]) -> Bool {
        let output = OutputBuffer(capacity: Self.tagBytes)
        appendTag(to: output)
        return value.withUnsafeBytes { EntityTag.matches(output.readable, ifNoneMatch: $0) }
    }

    /// Answers that the client has this page already.
    func sendNotModified(_ responder: Responder) {
        responder.send(.notModified, gate: info.view.visibleAt) { writeHeaders(to: $0, responder) }
    }

    /// Answers with the page.
    func send(_ bytes: PageBytes, _ responder: Responder) {
        responder.metrics.readBytes.add(UInt64(info.byteCount))
        switch bytes {
        case .scratch(let bytes):
            responder.send(.ok, gate: info.view.visibleAt, body: body(bytes, responder.state)) {
                writeHeaders(to: $0, responder)
            }
        case .pieces(let pieces): send(pieces, responder)
        case .owned(let owned): send([.memory(owner: owned, bytes: owned.bytes)], responder)
        }
    }

    private func send(_ pieces: [ReadSlice], _ responder: Responder) {
        var slices: [BodySlice] = []
        slices.reserveCapacity(pieces.count + 2)
        if info.isJSON { slices.append(Self.literal("[")) }
        for (index, piece) in pieces.enumerated() {
            let isCut = info.isJSON && index == pieces.count - 1
            slices.append(Self.slice(piece, withoutLast: isCut ? 1 : 0))
        }
        if info.isJSON { slices.append(Self.literal("]")) }
        responder.send(.ok, gate: info.view.visibleAt, slices: slices) {
            writeHeaders(to: $0, responder)
        }
    }

    /// The body of a page that lies in the loop's scratch memory: for JSON an array, with its
    /// brackets in the byte before and instead of the comma behind the last message.
    private func body(
        _ bytes: UnsafeRawBufferPointer, _ state: LoopState
    ) -> UnsafeRawBufferPointer {
        guard info.isJSON else { return bytes }
        return bytes.count > 0 ? state.bracketScratch(bytes.count) : UnsafeRawBufferPointer("[]")
    }

    private func writeHeaders(to writer: ResponseWriter, _ responder: Responder) {
        writer.header("Content-Type", info.view.contentType.bytes)
        writer.header("Stream-Next-Offset", hexadecimal: info.end.record, info.end.byte)
        writer.header("Cache-Control", responder.core.configuration.cachePolicy.header)
        writer.header("ETag") { appendTag(to: $0) }
        if info.isUpToDate { writer.lines("Stream-Up-To-Date: true\r\n") }
        if info.isFinal { writer.lines("Stream-Closed: true\r\n") }
        if let cursor { writer.header("Stream-Cursor", decimal: cursor) }
    }

    /// The entity tag: the stream's life, the page's first and last record, and whether it reaches
    /// the tail or the end, because its headers say that too. Within one life the record numbers
    /// say which bytes they are.
    private func appendTag(to buffer: OutputBuffer) {
        let incarnation = info.view.incarnation
        buffer.append("\"")
        buffer.append(hexadecimal: incarnation.first.bigEndian)
        buffer.append(hexadecimal: incarnation.last.bigEndian)
        buffer.append("-")
        buffer.append(hexadecimal: info.start.record)
        buffer.append("-")
        buffer.append(hexadecimal: info.end.record)
        buffer.append(info.isFinal ? "c\"" : info.isUpToDate ? "t\"" : "p\"")
    }

    /// A piece as a slice of a body, but for so many bytes at its end.
    private static func slice(_ piece: ReadSlice, withoutLast count: Int) -> BodySlice {
        switch piece {
        case .memory(let owner, let bytes):
            BodySlice(
                owner: owner, bytes: UnsafeRawBufferPointer(rebasing: bytes.dropLast(count)))
        case .file(let owner, let descriptor, let offset, let size):
            BodySlice(
                owner: owner, descriptor: descriptor, offset: offset, count: max(0, size - count))
        }
    }

    private static func literal(_ text: StaticString) -> BodySlice {
        BodySlice(
            owner: nil,
            bytes: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
