/// Takes the bytes of several runs from front to back.
struct VectorCursor {
    private let vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>
    private var index = 0
    private var offset = 0

    /// A cursor at the first byte.
    init(_ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>) {
        self.vectors = vectors
    }

    /// The next `count` bytes: as they lie if they lie together, else copied to the front of
    /// `buffer`.
    mutating func next(
        _ count: Int, using buffer: UnsafeMutableRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        skipEmpty()
        let vector = vectors[index]
        if vector.count - offset >= count {
            defer { offset += count }
            return UnsafeRawBufferPointer(rebasing: vector[offset..<offset + count])
        }
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        copy(into: target)
        return UnsafeRawBufferPointer(target)
    }

    /// Copies the next bytes, as many as fit `target`; there must be that many.
    mutating func copy(into target: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < target.count {
            skipEmpty()
            let vector = vectors[index]
            let count = min(target.count - done, vector.count - offset)
            UnsafeMutableRawBufferPointer(rebasing: target[done...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: vector[offset..<offset + count]))
            done += count
            offset += count
        }
    }

    private mutating func skipEmpty() {
        while offset == vectors[index].count {
            index += 1
            offset = 0
        }
    }
}
