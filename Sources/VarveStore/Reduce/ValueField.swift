/// A column of the row that is stored as the value of a key (see `StoredRow`).
///
/// Integers, floats, booleans and text are read from what they are stored as; dates and timestamps
/// from a stored `int64`; `float64` from a stored `int64`, too; decimals and fixed-size binary from
/// stored bytes of the right number, decimals as little-endian.
public struct ValueField: Equatable, Hashable, Sendable {
    /// Which column, counted from 0.
    public var index: Int
    /// What it is read as.
    public var kind: FieldKind
    /// Whether it may be NULL; where it is and may not, the row is skipped.
    public var isNullable: Bool

    /// The column with that index.
    public init(index: Int, kind: FieldKind, isNullable: Bool) {
        self.index = index
        self.kind = kind
        self.isNullable = isNullable
    }
}
