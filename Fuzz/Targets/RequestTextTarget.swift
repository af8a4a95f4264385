// The small readings of request text: escapes, queries, entity tags, cursors, JSON strings, and
// header values written back.

import VarveHTTP

extension FuzzTarget {
    /// The input is text for all of them.
    static let requestText = FuzzTarget(name: "request-text") { data, size in
        withExactCopy(UnsafeRawBufferPointer(start: data, count: size)) { text in
            checkEscapes(text)
            checkQuery(text)
            checkHeaderValue(text)
            _ = EntityTag.matches(text, ifNoneMatch: text)
            let cursor = StreamCursor.next(unixSeconds: 1 << 40, client: text, random: .max)
            demand(cursor > 0, "a cursor moves on")
            let buffer = OutputBuffer()
            JSONText.appendString(text, to: buffer)
            demand(!buffer.readable.contains { $0 < 0x20 }, "a JSON string has no control bytes")
        }
        return 0
    }

    /// What is encoded decodes to itself; what decodes never grows.
    private static func checkEscapes(_ text: UnsafeRawBufferPointer) {
        let decoded = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
        defer { decoded.deallocate() }
        if let count = try? PercentCoding.decode(text, into: decoded, plusIsSpace: true) {
            demand(count <= text.count, "decoding never grows")
        }
        let encoded = OutputBuffer()
        PercentCoding.encode(text, to: encoded)
        let again = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 1)
        defer { again.deallocate() }
        let count = try? PercentCoding.decode(encoded.readable, into: again)
        demand(
            count == text.count && again.prefix(text.count).elementsEqual(text),
            "escapes round-trip")
    }

    /// Names and values are pieces of the query.
    private static func checkQuery(_ text: UnsafeRawBufferPointer) {
        var size = 0
        for parameter in QueryParameters(text) {
            size += parameter.name.count + parameter.value.count
            demand(!parameter.name.contains(0x3D), "a name ends at the first equals sign")
        }
        demand(size <= text.count, "parameters are pieces of the query")
        _ = QueryParameters(text).find("offset")
    }

    /// A value never ends its line.
    private static func checkHeaderValue(_ text: UnsafeRawBufferPointer) {
        let buffer = OutputBuffer()
        ResponseWriter(buffer).header("Name", text)
        demand(buffer.count == text.count + 8, "a value keeps its length")
        demand(
            buffer.readable.dropLast(2).allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 },
            "a value cannot end its line")
    }
}
