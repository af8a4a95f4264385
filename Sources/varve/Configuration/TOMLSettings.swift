extension ConfigurationScanner {
    /// The settings of a file of `key = value` lines. Tables are not taken: every key is an option.
    mutating func tomlSettings() throws(CommandFailure) -> [ConfigurationSetting] {
        var settings: [ConfigurationSetting] = []
        while true {
            skipBlank()
            guard peek != nil else { return settings }
            let keyLine = line
            let key = try tomlKey()
            skipSpaces()
            guard take(UInt8(ascii: "=")) else { throw failure("= behind the key \"\(key)\"") }
            skipSpaces()
            let values = try tomlValues()
            settings.append(ConfigurationSetting(key: key, values: values, line: keyLine))
            skipSpaces()
            if peek == UInt8(ascii: "#") { skipComment() }
            guard peek == nil || peek == UInt8(ascii: "\n") else {
                throw failure("the end of the line")
            }
        }
    }

    /// A key: letters, digits, dashes and underscores, or a string in double quotes.
    private mutating func tomlKey() throws(CommandFailure) -> String {
        if peek == UInt8(ascii: "\"") { return try quotedString() }
        let key = word { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        guard !key.isEmpty else { throw failure("a key such as data-dir") }
        return key
    }

    /// A value, or the values of an array of strings, which may span lines.
    private mutating func tomlValues() throws(CommandFailure) -> [String] {
        guard take(UInt8(ascii: "[")) else { return [try tomlValue()] }
        var values: [String] = []
        while true {
            skipBlank()
            if take(UInt8(ascii: "]")) { return values }
            values.append(try tomlValue())
            skipBlank()
            guard take(UInt8(ascii: ",")) || peek == UInt8(ascii: "]") else {
                throw failure("a comma or the end of the array")
            }
        }
    }

    private mutating func tomlValue() throws(CommandFailure) -> String {
        switch peek {
        case UInt8(ascii: "\""): try quotedString()
        case UInt8(ascii: "'"): try literalString()
        default: try bareValue()
        }
    }
}
