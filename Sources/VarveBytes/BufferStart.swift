// The address of a buffer's memory, for code that addresses single bytes and has checked the count.
// A buffer without memory has no address; it gets one here, so that the answer is always a pointer.

extension UnsafeRawBufferPointer {
    /// Where the bytes begin. Of an empty buffer an address of which no byte may be used.
    @inlinable
    package var start: UnsafeRawPointer {
        baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Where the bytes begin. Of an empty buffer an address of which no byte may be used.
    @inlinable
    package var start: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(mutating: UnsafeRawBufferPointer(self).start)
    }
}
