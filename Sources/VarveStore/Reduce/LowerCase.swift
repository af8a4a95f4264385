/// Text in lower case: the full mapping of Unicode, which looks at neighbours in one place, the
/// sigma at the end of a word.
enum LowerCase {
    /// The lower case of text in ASCII, written to `target`, which has as many bytes; false when
    /// the text is not in ASCII, and nothing that counts was written.
    static func convertASCII(
        _ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        var bits: UInt8 = 0
        for index in 0..<text.count {
            let byte = text[index]
            bits |= byte
            target[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        return bits < 0x80
    }

    /// The lower case of any text.
    static func convert(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{3a3}", isFinal(index, in: scalars) {
                result.unicodeScalars.append("\u{3c2}")
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    /// True when a letter stands before the place and none behind it, marks and the like passed
    /// over (Unicode 3.13, Final_Sigma).
    private static func isFinal(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let behind = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && behind?.properties.isCased != true
    }
}
