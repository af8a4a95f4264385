/// Why something signed is not accepted.
public enum ProofError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a signed head in the form of `docs/proof.md`.
    case malformed(detail: String)
    /// It was signed with another key than the one given.
    case otherKey(expected: KeyID, found: KeyID)
    /// The signature is not of this statement by this key.
    case badSignature(key: KeyID)
    /// The cryptographic library failed.
    case cipher(detail: String)

    /// One line that says what was expected and found.
    public var description: String {
        switch self {
        case .malformed(let detail):
            "not a signed head: \(detail)"
        case .otherKey(let expected, let found):
            "the head was signed with key \(expected), and the key given is \(found)"
        case .badSignature(let key):
            "the signature is not one of key \(key) over this head"
        case .cipher(let detail):
            "the signature could not be checked: \(detail)"
        }
    }
}
