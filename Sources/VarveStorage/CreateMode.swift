/// Whether opening a file makes it.
public enum CreateMode: Sendable {
    /// The file must exist.
    case never
    /// The file must not exist.
    case exclusive
    /// The file is made when it does not exist.
    case ifMissing
}
