// Server-sent events as a browser would understand them, to check what the server wrote.

/// One dispatched event.
package struct ServerSentEvent: Equatable, Sendable {
    /// The `event:` field.
    package var type = ""
    /// The `data:` lines, joined with line feeds.
    package var data = ""

    /// Parses the complete events of `text`; a last event without its empty line is not dispatched.
    static func parse(_ text: String) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var type = ""
        var lines: [String] = []
        var isInEvent = false
        for line in splitLines(text) {
            if line.isEmpty {
                if isInEvent && !lines.isEmpty {
                    events.append(ServerSentEvent(type: type, data: lines.joined(separator: "\n")))
                }
                (type, lines, isInEvent) = ("", [], false)
            } else if line.hasPrefix(":") {
                continue
            } else if line.hasPrefix("event:") {
                type = value(of: line.dropFirst(6))
                isInEvent = true
            } else if line.hasPrefix("data:") {
                lines.append(value(of: line.dropFirst(5)))
                isInEvent = true
            }
        }
        return events
    }

    /// The string after `"name":"` in a control event, or nil.
    func string(_ name: String) -> String? {
        let bytes = Array(data.utf8)
        let mark = Array("\"\(name)\":\"".utf8)
        guard let start = bytes.firstIndex(of: mark, from: 0) else { return nil }
        return String(
            decoding: bytes[(start + mark.count)...].prefix { $0 != UInt8(ascii: "\"") },
            as: UTF8.self)
    }

    /// True when the control event has `"name":true`.
    package func isTrue(_ name: String) -> Bool { data.contains("\"\(name)\":true") }

    private static func value(of field: Substring) -> String {
        String(field.hasPrefix(" ") ? field.dropFirst() : field)
    }

    /// Lines ended by CR LF, LF or CR alone; what follows the last line end is dropped.
    private static func splitLines(_ text: String) -> [String] {
        var lines: [String] = []
        var current: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0A && previous == 0x0D {
                // The second half of a CR LF; the line has ended already.
            } else if byte == 0x0A || byte == 0x0D {
                lines.append(String(decoding: current, as: UTF8.self))
                current = []
            } else {
                current.append(byte)
            }
            previous = byte
        }
        return lines
    }
}
