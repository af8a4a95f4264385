/// Builds one JSON object as text: for reports that programs read.
struct JSONLine {
    private var text = "{"

    /// The object so far, closed.
    var rendered: String { text + "}" }

    /// Adds a member with a string; nil adds `null`.
    mutating func add(_ key: String, _ value: String?) {
        begin(key)
        text += value.map(Self.quoted) ?? "null"
    }

    /// Adds a member with a number; nil adds `null`.
    mutating func add(_ key: String, _ value: UInt64?) {
        begin(key)
        text += value.map(String.init) ?? "null"
    }

    /// Adds a member with a truth value.
    mutating func add(_ key: String, _ value: Bool) {
        begin(key)
        text += value ? "true" : "false"
    }

    /// Adds a member with a value that is JSON already.
    mutating func add(_ key: String, json: String) {
        begin(key)
        text += json
    }

    /// Adds a member with an array of values that are JSON already.
    mutating func add(_ key: String, list: [String]) {
        begin(key)
        text += "[" + list.joined(separator: ",") + "]"
    }

    private mutating func begin(_ key: String) {
        if text.utf8.count > 1 { text += "," }
        text += Self.quoted(key) + ":"
    }

    /// A JSON string.
    static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
