// JSON as the server writes it: small, flat documents, straight into the output.

/// The writing of JSON strings.
package enum JSONText {
    /// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
    package static func appendString(_ text: UnsafeRawBufferPointer, to buffer: OutputBuffer) {
        buffer.append(byte: 0x22)
        if text.contains(where: { $0 >= 0x80 }) {
            var repaired = String(decoding: text, as: UTF8.self)
            repaired.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0), to: buffer) }
        } else {
            appendEscaped(text, to: buffer)
        }
        buffer.append(byte: 0x22)
    }

    /// Appends `text` as a JSON string with its quotes.
    package static func appendString(_ text: String, to buffer: OutputBuffer) {
        var text = text
        text.withUTF8 { appendString(UnsafeRawBufferPointer($0), to: buffer) }
    }

    /// Appends `text` as a JSON string with its quotes.
    package static func appendString(_ text: StaticString, to buffer: OutputBuffer) {
        appendString(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), to: buffer
        )
    }

    private static func appendEscaped(_ text: UnsafeRawBufferPointer, to buffer: OutputBuffer) {
        for byte in text {
            switch byte {
            case 0x22: buffer.append("\\\"")
            case 0x5C: buffer.append("\\\\")
            case 0x0A: buffer.append("\\n")
            case 0x0D: buffer.append("\\r")
            case 0x09: buffer.append("\\t")
            case 0..<0x20:
                buffer.append(byte < 0x10 ? "\\u000" : "\\u001")
                let digit = byte & 0xF
                buffer.append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit)
            default: buffer.append(byte: byte)
            }
        }
    }
}
