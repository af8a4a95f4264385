// Response heads, written straight into the connection's output. Nothing is allocated per response,
// and no value can end its line: control bytes in values become spaces.

/// Writes one response head into an `OutputBuffer`: `status`, any headers, `end`.
///
/// Use it on the buffer's event loop and drop it before the buffer is sent from.
package struct ResponseWriter {
    /// Where a `Content-Length` waits for its number.
    package struct LengthMark: Equatable, Sendable {
        /// Offset of the 20 bytes for the digits.
        fileprivate let offset: Int
    }

    /// The output; the body may be appended to it after `end`.
    package let buffer: OutputBuffer

    /// A writer at the end of `buffer`.
    @inline(__always)
    package init(_ buffer: OutputBuffer) {
        self.buffer = buffer
    }

    /// Writes the status line and the Date line.
    @inline(__always)
    package func status(_ status: HTTPStatus, date: DateLine) {
        buffer.append(status.line)
        buffer.append(date.bytes)
    }

    /// Writes header lines that are the same for many responses, each with its CR LF. The caller
    /// vouches for them.
    @inline(__always)
    package func lines(_ lines: UnsafeRawBufferPointer) {
        buffer.append(lines)
    }

    /// Writes header lines given as a literal, each with its CR LF.
    @inline(__always)
    package func lines(_ lines: StaticString) {
        buffer.append(lines)
    }

    /// Writes a header with a literal value.
    package func header(_ name: StaticString, _ value: StaticString) {
        raw(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Writes a header whose value comes from anywhere; control bytes in it become spaces.
    package func header(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        let start = buffer.count &+ name.utf8CodeUnitCount &+ 2
        raw(name, value)
        defuse(from: start, to: start &+ value.count)
    }

    /// Writes a header whose value comes from anywhere; control bytes in it become spaces.
    package func header(_ name: StaticString, text: String) {
        var text = text
        text.withUTF8 { header(name, UnsafeRawBufferPointer($0)) }
    }

    /// Writes a header with a decimal number.
    package func header(_ name: StaticString, decimal number: UInt64) {
        begin(name)
        buffer.append(decimal: number)
        buffer.append("\r\n")
    }

    /// Writes a header with two numbers of 16 hexadecimal digits joined by `_`: an offset token.
    package func header(_ name: StaticString, hexadecimal first: UInt64, _ second: UInt64) {
        begin(name)
        buffer.append(hexadecimal: first)
        buffer.append(byte: 0x5F)
        buffer.append(hexadecimal: second)
        buffer.append("\r\n")
    }

    /// Writes a header whose value `body` appends to the buffer; control bytes in it become spaces.
    package func header(_ name: StaticString, _ body: (OutputBuffer) -> Void) {
        begin(name)
        let start = buffer.count
        body(buffer)
        defuse(from: start, to: buffer.count)
        buffer.append("\r\n")
    }

    /// Writes `Content-Length`. Not for a status that forbids a body.
    package func contentLength(_ length: Int) {
        header("Content-Length", decimal: UInt64(length))
    }

    /// Writes a `Content-Length` whose number is set by `setContentLength` once the body is there.
    /// Until then, and in front of a short number, it has spaces, which are allowed there.
    package func contentLengthLater() -> LengthMark {
        let offset = buffer.count + 16
        buffer.append("Content-Length:                    0\r\n")
        return LengthMark(offset: offset)
    }

    /// Sets the number of a `contentLengthLater`, right-aligned.
    package func setContentLength(_ mark: LengthMark, _ length: Int) {
        let field = buffer.patchable(at: mark.offset, count: 20)
        var rest = UInt64(length)
        var index = field.count
        repeat {
            index -= 1
            field[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
    }

    /// Ends the head.
    @inline(__always)
    package func end() {
        buffer.append("\r\n")
    }

    /// Writes the name and the colon.
    private func begin(_ name: StaticString) {
        buffer.append(name)
        buffer.append(": ")
    }

    /// Writes a whole line in one piece.
    private func raw(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        let nameCount = name.utf8CodeUnitCount
        let size = nameCount &+ value.count &+ 4
        let room = buffer.reserve(size)
        room.copyMemory(from: name.utf8Start, byteCount: nameCount)
        // ": " and CR LF, as 16-bit words in the order of memory.
        (room + nameCount).storeBytes(of: UInt16(littleEndian: 0x203A), as: UInt16.self)
        if let source = value.baseAddress {
            (room + nameCount + 2).copyMemory(from: source, byteCount: value.count)
        }
        (room + nameCount + 2 + value.count).storeBytes(
            of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
        buffer.advance(by: size)
    }

    /// Replaces control bytes by spaces, so that no value can begin another line.
    private func defuse(from: Int, to end: Int) {
        let text = buffer.patchable(at: from, count: end &- from)
        guard let base = text.baseAddress else { return }
        var index = 0
        while let control = ByteScan.firstControl(in: base, from: index, to: text.count) {
            text[control] = 0x20
            index = control &+ 1
        }
    }
}
