/// Finds the offset to resume from at the end of a piece of an event stream.
enum ControlOffset {
    private static let key: StaticString = "\"streamNextOffset\":\""
    /// A control event is shorter than this.
    private static let searchedBytes = 512

    /// The last offset in the piece, nil when there is none whole.
    static func last(in content: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = key.utf8CodeUnitCount
        let pattern = UnsafeRawBufferPointer(start: key.utf8Start, count: length)
        var start = content.count - length
        let stop = max(0, content.count - searchedBytes)
        while start >= stop {
            if content[start] == pattern[0], content[start + 1] == pattern[1],
                UnsafeRawBufferPointer(rebasing: content[start..<start + length])
                    .elementsEqual(pattern)
            {
                var end = start + length
                while end < content.count, content[end] != UInt8(ascii: "\"") { end += 1 }
                guard end < content.count else { return nil }
                return UnsafeRawBufferPointer(rebasing: content[start + length..<end])
            }
            start -= 1
        }
        return nil
    }
}
