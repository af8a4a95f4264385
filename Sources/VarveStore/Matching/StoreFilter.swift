/// What chooses values.
public enum StoreFilter: Equatable, Hashable, Sendable {
    /// The whole value.
    case exact([UInt8])
    /// How the value begins.
    case prefix([UInt8])
    /// A regular expression, found anywhere in the value.
    case regex(String)
}
