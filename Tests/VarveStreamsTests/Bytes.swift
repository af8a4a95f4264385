/// Calls `body` with the UTF-8 bytes of `text`.
func withBytes<R, E: Error>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
    try withBytes(Array(text.utf8), body)
}

/// Calls `body` with bytes in memory of exactly their size, so that a sanitizer sees every read
/// beyond.
func withBytes<R, E: Error>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(copy))
}
