// Server-sent events as the streams protocol writes them. A payload may arrive in several pieces;
// the event is the same as if it had come in one.

import VarveBytes

/// Writes whole events that are not data.
package enum SSEEncoder {
    /// What a control event says.
    package struct Control {
        /// The offset token to go on from.
        package var nextOffset: UnsafeRawBufferPointer
        /// The cursor; absent at the end of a closed stream.
        package var cursor: UInt64?
        /// Whether the tail is reached; written only if it is.
        package var upToDate: Bool
        /// Whether the stream is closed and this was its end; written only if it is.
        package var closed: Bool

        /// A control event of these parts.
        package init(
            nextOffset: UnsafeRawBufferPointer, cursor: UInt64?, upToDate: Bool, closed: Bool
        ) {
            self.nextOffset = nextOffset
            self.cursor = cursor
            self.upToDate = upToDate
            self.closed = closed
        }
    }

    /// Appends a control event.
    package static func append(_ control: Control, to buffer: OutputBuffer) {
        buffer.append("event: control\ndata:{\"streamNextOffset\":")
        JSONText.appendString(control.nextOffset, to: buffer)
        if let cursor = control.cursor {
            buffer.append(",\"streamCursor\":\"")
            buffer.append(decimal: cursor)
            buffer.append("\"")
        }
        if control.upToDate { buffer.append(",\"upToDate\":true") }
        if control.closed { buffer.append(",\"streamClosed\":true") }
        buffer.append("}\n\n")
    }

    /// Appends a comment that keeps the connection alive; clients ignore it.
    package static func appendKeepAlive(to buffer: OutputBuffer) {
        buffer.append(": keep-alive\n\n")
    }
}

/// Writes one data event: create it, append the payload, end it.
package struct SSEDataEvent {
    /// How the payload is represented.
    package enum Encoding: Sendable, Equatable {
        /// As lines of text. Every CR LF, CR and LF in it begins a new `data:` line, so no payload
        /// can pass for a field of the event; the client joins the lines with LF.
        case text
        /// As base64 in one line.
        case base64
    }

    private let buffer: OutputBuffer
    private let encoding: Encoding
    /// Text: whether nothing stands behind `data:` yet.
    private var isAtLineStart = true
    /// Text: whether the last byte was a carriage return, whose line feed may be still to come.
    private var endsWithReturn = false
    /// Base64: the bytes that do not make a group of three yet, the first in the lowest bits.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    /// Begins a data event at the end of `buffer`.
    package init(in buffer: OutputBuffer, encoding: Encoding) {
        self.buffer = buffer
        self.encoding = encoding
        buffer.append("event: data\ndata:")
    }

    /// Appends a piece of the payload.
    package mutating func append(_ piece: UnsafeRawBufferPointer) {
        guard piece.count > 0 else { return }
        switch encoding {
        case .text: appendText(piece)
        case .base64: appendBase64(piece)
        }
    }

    /// Ends the event.
    package mutating func end() {
        if pendingCount > 0 {
            flush(pending, count: pendingCount)
            pendingCount = 0
        }
        buffer.append("\n\n")
    }

    private mutating func appendText(_ piece: UnsafeRawBufferPointer) {
        guard let base = piece.baseAddress else { return }
        var index = endsWithReturn && piece[0] == 0x0A ? 1 : 0
        endsWithReturn = false
        while index < piece.count {
            let stop = ByteScan.firstLineBreak(in: base, from: index, to: piece.count)
            appendRun(UnsafeRawBufferPointer(start: base + index, count: stop - index))
            guard stop < piece.count else { return }
            buffer.append("\ndata:")
            isAtLineStart = true
            index = stop + 1
            guard piece[stop] == 0x0D else { continue }
            endsWithReturn = index == piece.count
            if index < piece.count, piece[index] == 0x0A { index += 1 }
        }
    }

    /// Appends bytes without line breaks. A client drops one space behind the colon, so a line that
    /// begins with a space gets a second one; other lines get none.
    private mutating func appendRun(_ run: UnsafeRawBufferPointer) {
        guard run.count > 0 else { return }
        if isAtLineStart && run[0] == 0x20 { buffer.append(byte: 0x20) }
        isAtLineStart = false
        buffer.append(run)
    }

    private mutating func appendBase64(_ piece: UnsafeRawBufferPointer) {
        var index = 0
        while pendingCount > 0 && index < piece.count {
            pending |= UInt32(piece[index]) << UInt32(8 * pendingCount)
            pendingCount += 1
            index += 1
            if pendingCount == 3 {
                flush(pending, count: 3)
                pending = 0
                pendingCount = 0
            }
        }
        let whole = (piece.count - index) / 3 * 3
        if whole > 0 {
            let size = Base64.encodedCount(whole)
            Base64.encode(
                UnsafeRawBufferPointer(rebasing: piece[index..<(index + whole)]),
                to: buffer.reserve(size))
            buffer.advance(by: size)
            index += whole
        }
        while index < piece.count {
            pending |= UInt32(piece[index]) << UInt32(8 * pendingCount)
            pendingCount += 1
            index += 1
        }
    }

    /// Writes one group of up to three bytes.
    private func flush(_ group: UInt32, count: Int) {
        var group = group.littleEndian
        let room = buffer.reserve(4)
        withUnsafeBytes(of: &group) {
            Base64.encode(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: room)
        }
        buffer.advance(by: 4)
    }
}
