extension ConfigurationScanner {
    /// The settings of one flat JSON object.
    mutating func jsonSettings() throws(CommandFailure) -> [ConfigurationSetting] {
        var settings: [ConfigurationSetting] = []
        advance()
        skipWhiteSpace()
        var isFirst = true
        while !take(UInt8(ascii: "}")) {
            if !isFirst {
                guard take(UInt8(ascii: ",")) else { throw failure("a comma or }") }
                skipWhiteSpace()
            }
            isFirst = false
            let keyLine = line
            let key = try quotedString()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw failure(": behind the key \"\(key)\"") }
            skipWhiteSpace()
            let values = try jsonValues()
            settings.append(ConfigurationSetting(key: key, values: values, line: keyLine))
            skipWhiteSpace()
        }
        skipWhiteSpace()
        guard peek == nil else { throw failure("nothing behind the object") }
        return settings
    }

    /// A value, or the values of an array of strings.
    private mutating func jsonValues() throws(CommandFailure) -> [String] {
        guard take(UInt8(ascii: "[")) else { return [try jsonValue()] }
        var values: [String] = []
        skipWhiteSpace()
        while !take(UInt8(ascii: "]")) {
            if !values.isEmpty {
                guard take(UInt8(ascii: ",")) else { throw failure("a comma or ]") }
                skipWhiteSpace()
            }
            values.append(try jsonValue())
            skipWhiteSpace()
        }
        return values
    }

    private mutating func jsonValue() throws(CommandFailure) -> String {
        try peek == UInt8(ascii: "\"") ? quotedString() : bareValue()
    }

    private mutating func skipWhiteSpace() {
        skipSpaces()
        while peek == UInt8(ascii: "\n") {
            advance()
            skipSpaces()
        }
    }
}
