/// A field of a row: a part of its key, or a column of its value.
public enum ReduceField: Equatable, Hashable, Sendable {
    /// A part of the key.
    case key(KeyField)
    /// A part of the key whose bits are interleaved with those of others.
    case zOrder(ZOrderField)
    /// A column of the value.
    case value(ValueField)

    /// What the field is read as.
    public var kind: FieldKind {
        switch self {
        case .key(let field): field.kind
        case .zOrder(let field): field.kind
        case .value(let field): field.kind
        }
    }
}
