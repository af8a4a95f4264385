import Glibc

extension File {
    /// Writes all bytes of `vectors`, one after the other, at `offset` (pwritev).
    ///
    /// Any number of vectors is allowed. When it throws, some of the bytes may be written.
    package static func write(
        _ descriptor: Int32, _ vectors: UnsafeBufferPointer<IOVector>, at offset: UInt64
    ) throws(SystemError) {
        var position = offset
        var first = 0
        while first < vectors.count {
            let window = UnsafeBufferPointer(
                rebasing: vectors[first..<min(first + IOVector.countMax, vectors.count)])
            var count = pwritev(descriptor, window.asC, Int32(window.count), off_t(position))
            if count < 0 {
                if errno != EINTR { throw .last("pwritev") }
                continue
            }
            position += UInt64(count)
            while first < vectors.count, count >= vectors[first].count {
                count -= vectors[first].count
                first += 1
            }
            if count > 0 {
                let rest = vectors[first].bytes[count...]
                try write(descriptor, UnsafeRawBufferPointer(rebasing: rest), at: position)
                position += UInt64(rest.count)
                first += 1
            }
        }
    }
}
