import VarveConnect

/// Which values.
public enum StoreFilter: Hashable, Sendable {
    /// Exactly these bytes.
    case exact([UInt8])
    /// What begins with these bytes.
    case prefix([UInt8])
    /// What a regular expression in RE2's syntax finds a match in.
    case pattern(String)

    /// The filter as it stands in a message.
    var wire: ValueFilter {
        switch self {
        case .exact(let bytes): .exact(bytes)
        case .prefix(let bytes): .prefix(bytes)
        case .pattern(let source): .pattern(source)
        }
    }
}
