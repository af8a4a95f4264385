// One structured log line, in either form. Keys are the program's own words; values come from
// anywhere and can neither end the line nor pretend to be another field.

import VarveStreams

/// A value of a log field.
package enum LogValue: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral
{
    /// Any text.
    case text(String)
    /// A whole number.
    case number(Int64)
    /// Yes or no.
    case flag(Bool)

    /// A text.
    package init(stringLiteral value: String) { self = .text(value) }
    /// A number.
    package init(integerLiteral value: Int64) { self = .number(value) }
}

/// The encoding of a line.
enum LogLine {
    /// The line with its line feed.
    static func encode(
        _ format: LogFormat, milliseconds: UInt64, level: LogLevel, message: String,
        fields: KeyValuePairs<String, LogValue>
    ) -> String {
        let time = InternetTime.string(milliseconds)
        var line: String
        switch format {
        case .logfmt:
            line = "ts=\(time) level=\(level.rawValue) msg=\(logfmt(message))"
            for (key, value) in fields { line += " \(key)=\(logfmt(value))" }
        case .json:
            line = #"{"ts":"\#(time)","level":"\#(level.rawValue)","msg":\#(json(message))"#
            for (key, value) in fields { line += ",\(json(key)):\(json(value))" }
            line += "}"
        }
        return line + "\n"
    }

    private static func logfmt(_ value: LogValue) -> String {
        switch value {
        case .text(let text): logfmt(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }

    private static func json(_ value: LogValue) -> String {
        switch value {
        case .text(let text): json(text)
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }

    /// The text as it is when that is unmistakable, else quoted like JSON.
    private static func logfmt(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy {
                $0 > 0x20 && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\"") && $0 != 0x7F
            }
        return isPlain ? text : json(text)
    }

    /// The text as a JSON string.
    private static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
