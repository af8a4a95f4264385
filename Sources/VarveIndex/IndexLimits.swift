/// The sizes that every form of the index refuses to exceed.
package enum IndexLimits {
    /// The most bytes of a key; the least is 1.
    package static let keyBytesMax = 8 << 10
    /// The most bytes of a value; the least is 0.
    package static let valueBytesMax = 32 << 20
    /// The most bytes of one batch, encoded.
    package static let batchBytesMax = 128 << 20

    /// Throws `invalidKey` unless `key` may be one.
    static func checkKey(_ key: UnsafeRawBufferPointer) throws(IndexError) {
        guard key.count - 1 < keyBytesMax, !key.isEmpty else {
            throw .invalidKey(byteCount: key.count)
        }
    }
}
