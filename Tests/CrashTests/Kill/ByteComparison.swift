import Glibc

extension Collection where Element == UInt8 {
    /// Whether the elements are those of `other`. Compares memory, since an unoptimised test would
    /// spend its time on comparing elements otherwise.
    func isSame(as other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        let outcome = withContiguousStorageIfAvailable { mine in
            other.withUnsafeBufferPointer { other in
                guard let mine = mine.baseAddress, let others = other.baseAddress else {
                    return true
                }
                return memcmp(mine, others, other.count) == 0
            }
        }
        return outcome ?? elementsEqual(other)
    }
}
