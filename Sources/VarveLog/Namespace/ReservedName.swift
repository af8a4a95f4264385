/// Names of streams that belong to Varve itself, such as those of the key-value store: they begin
/// with a zero byte, which no other name does.
///
/// Such a stream is one of the log like any other, in its chain, in segments and in what the
/// verifier checks. It is not listed, counted or limited with the others, and the layer above,
/// which makes something of every stream's events, does not hear of it.
package enum ReservedName {
    /// The first byte. Persisted.
    static let firstByte: UInt8 = 0
    /// Behind every such name, and before every other one: names have no byte 0xff.
    static let last: [UInt8] = [firstByte, 0xff]

    /// Whether a name is one.
    static func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        name.first == firstByte
    }
}
