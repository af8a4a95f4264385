/// One change within a batch, as views into it.
package enum IndexOperation {
    /// The key has this value from now on.
    case put(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
    /// The key is not there from now on.
    case delete(key: UnsafeRawBufferPointer)
    /// No key from `from` up to, not including, `before` is there from now on.
    case deleteRange(from: UnsafeRawBufferPointer, before: UnsafeRawBufferPointer)
}
