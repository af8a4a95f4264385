/// A field inside the key, in an encoding that keeps the order of the values.
///
/// It takes the bytes that its kind has in a key: 8 for `int64`, `uint64`, `float64`, `date64` and
/// `timestamp`, 1 for `boolean`, 4 for `date32`, 16 for `decimal128` and `utf8` (which ends at its
/// first NUL), 32 for `decimal256`. Signed numbers have their sign bit inverted.
public struct KeyField: Equatable, Hashable, Sendable {
    /// Where it begins, in bytes from the start of the whole key.
    public var byteOffset: Int
    /// What it is read as.
    public var kind: FieldKind

    /// A field at that place.
    public init(byteOffset: Int, kind: FieldKind) {
        self.byteOffset = byteOffset
        self.kind = kind
    }
}
