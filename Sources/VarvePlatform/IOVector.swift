import Glibc

/// A run of bytes to be written together with others: the layout of C's `iovec`.
@usableFromInline
@frozen
package struct IOVector {
    /// Where the bytes begin.
    @usableFromInline package var base: UnsafeRawPointer?
    /// How many there are.
    @usableFromInline package var count: Int

    /// A vector over `bytes`, which must outlive it.
    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) {
        base = bytes.baseAddress
        count = bytes.count
    }

    /// The bytes the vector describes.
    @inlinable
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// The most vectors the kernel takes in one call.
    package static let countMax = 1024
}

extension UnsafeBufferPointer<IOVector> {
    /// The same memory as the C type: both are an address followed by a size.
    var asC: UnsafePointer<iovec>? {
        UnsafeRawPointer(baseAddress)?.assumingMemoryBound(to: iovec.self)
    }
}
