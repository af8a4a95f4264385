/// What was erased, and must not be found again.
extension World {
    /// The least bytes of what is looked for in the files: less may be there by chance.
    static let erasedBytesMin = 20

    /// No file has anything that was said to be erased.
    func checkErased() throws(Violation) {
        guard !erased.isEmpty else { return }
        for name in try files() {
            let bytes = try bytes(of: name)
            for payload in erased {
                try Violation.require(
                    !Self.contains(bytes, payload),
                    "\(name) has \(payload.count) bytes that were erased")
            }
        }
    }

    /// Whether `needle` is somewhere in `bytes`.
    private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                guard let first = needle.first, bytes.count >= needle.count else { return false }
                for start in 0...bytes.count - needle.count where bytes[start] == first {
                    if bytes[start..<start + needle.count].elementsEqual(needle) { return true }
                }
                return false
            }
        }
    }
}
