import VarveBytes

/// JSON that is being written.
struct JSONOutput {
    /// What is written so far.
    private(set) var bytes: [UInt8]

    /// Nothing written yet, behind `room` bytes that are zero.
    init(room: Int = 0) {
        bytes = [UInt8](repeating: 0, count: room)
    }

    /// Appends text that is JSON already.
    mutating func append(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeRawBufferPointer(
                start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends text that is JSON already.
    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Appends one sign.
    mutating func append(_ sign: Unicode.Scalar) { bytes.append(UInt8(ascii: sign)) }

    /// Appends a string; `text` is UTF-8.
    mutating func appendString(_ text: some Sequence<UInt8>) {
        append("\"" as Unicode.Scalar)
        for byte in text {
            switch byte {
            case 0x22: append("\\\"" as StaticString)
            case 0x5c: append("\\\\" as StaticString)
            case 0x0a: append("\\n" as StaticString)
            case 0x0d: append("\\r" as StaticString)
            case 0x09: append("\\t" as StaticString)
            case 0..<0x20:
                append(byte < 0x10 ? "\\u000" : "\\u001" as StaticString)
                let digit = byte & 0xf
                bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            default: bytes.append(byte)
            }
        }
        append("\"" as Unicode.Scalar)
    }

    /// Appends bytes as a string of base64 with padding.
    mutating func appendBase64(_ data: UnsafeRawBufferPointer) {
        let count = Base64.encodedCount(data.count)
        append("\"" as Unicode.Scalar)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        bytes.withUnsafeMutableBytes { output in
            if count > 0, let base = output.baseAddress { Base64.encode(data, to: base + start) }
        }
        append("\"" as Unicode.Scalar)
    }
}
