/// What stands in the place of erased bytes. Persisted.
package enum RedactionFiller: UInt8, Sendable, CaseIterable {
    /// Zeros.
    case zeros = 0
    /// Blanks, for text.
    case blanks = 1
    /// A JSON value as long as what it replaces: `null`, or `0` where that is too long, and blanks
    /// behind it.
    case json = 2

    /// Fills a stretch of a record of `length` bytes that begins at its byte `start`.
    func fill(_ bytes: UnsafeMutableRawBufferPointer, from start: Int, of length: Int) {
        guard let base = bytes.baseAddress else { return }
        let padding: UInt8 = self == .zeros ? 0 : 0x20
        base.initializeMemory(as: UInt8.self, repeating: padding, count: bytes.count)
        guard self == .json else { return }
        let value: StaticString = length < 4 ? "0" : "null"
        value.withUTF8Buffer { value in
            let end = min(value.count, start + bytes.count)
            // Of a long record, a later stretch has nothing of the value.
            guard start < end else { return }
            for index in start..<end { bytes[index - start] = value[index] }
        }
    }

    /// What stands in the place of a record of `length` bytes.
    package func bytes(_ length: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            fill(UnsafeMutableRawBufferPointer(buffer)[..<length].rebased, from: 0, of: length)
            count = length
        }
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate var rebased: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self)
    }
}
