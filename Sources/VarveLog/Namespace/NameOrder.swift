/// Names compare by their bytes.
extension UnsafeRawBufferPointer {
    /// Equal length and bytes.
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        while offset + 8 <= count {
            if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset += 8
        }
        while offset < count {
            if left.load(fromByteOffset: offset, as: UInt8.self)
                != right.load(fromByteOffset: offset, as: UInt8.self)
            {
                return false
            }
            offset += 1
        }
        return true
    }

    /// Before `other` in the order of bytes; a prefix comes before what it begins.
    func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(count, other.count)
        for offset in 0..<common where self[offset] != other[offset] {
            return self[offset] < other[offset]
        }
        return count < other.count
    }

    /// True when the first bytes are those of `prefix`.
    func begins(with prefix: UnsafeRawBufferPointer) -> Bool {
        count >= prefix.count
            && UnsafeRawBufferPointer(rebasing: self[..<prefix.count]).hasSameBytes(as: prefix)
    }
}
