// Little-endian integers at unaligned addresses: the byte order of everything Varve stores.

extension UnsafeRawPointer {
    /// The little-endian integer at `offset` bytes from here, at any alignment.
    @inlinable
    package func loadLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int = 0, as type: T.Type = T.self
    ) -> T {
        T(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawPointer {
    /// Stores `value` as little-endian at `offset` bytes from here, at any alignment.
    @inlinable
    package func storeLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ value: T, at offset: Int = 0
    ) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }

    /// The little-endian integer at `offset` bytes from here, at any alignment.
    @inlinable
    package func loadLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int = 0, as type: T.Type = T.self
    ) -> T {
        UnsafeRawPointer(self).loadLittleEndian(offset, as: type)
    }
}
