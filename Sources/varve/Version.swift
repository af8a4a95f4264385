/// The version of this program.
enum Version {
    /// The number, by the rules of semantic versioning.
    static let number = "0.1.0"
    /// The version of the protocol that the server and the client speak.
    static let dialect = "Durable Streams 1.0"
}
