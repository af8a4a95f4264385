import VarveBytes

/// The last `Stream-Seq` of a stream: bytes that only ever sort upwards.
///
/// Its memory is reused from value to value. Thread rule: under the stream's lock.
final class SequenceValue {
    private var writer = ByteWriter()

    /// A value equal to `bytes`.
    init(_ bytes: UnsafeRawBufferPointer) {
        writer.append(bytes)
    }

    /// The value; valid until it is replaced.
    var bytes: UnsafeRawBufferPointer { writer.bytes }

    /// Takes over a new value.
    func replace(with bytes: UnsafeRawBufferPointer) {
        writer.clear()
        writer.append(bytes)
    }
}
