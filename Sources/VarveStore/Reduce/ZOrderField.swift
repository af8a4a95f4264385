/// One of several fields whose bits are interleaved in the key (a Z-order curve).
///
/// The highest bit of each field comes first, one field after the other, then their second bits,
/// and so on; a field that has no bits left is passed over.
public struct ZOrderField: Equatable, Hashable, Sendable {
    /// Where the interleaved fields begin, in bits from the start of the whole key.
    public var bitOffset: Int
    /// Which of the fields it is, counted from 0.
    public var position: Int
    /// How many bytes each of the fields has.
    public var widths: [Int]
    /// What the field's bytes are read as, as those of a `KeyField`.
    public var kind: FieldKind

    /// A field among those with these widths.
    public init(bitOffset: Int, position: Int, widths: [Int], kind: FieldKind) {
        self.bitOffset = bitOffset
        self.position = position
        self.widths = widths
        self.kind = kind
    }
}
