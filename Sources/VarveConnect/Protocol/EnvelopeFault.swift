/// Why bytes are no stream of envelopes.
package enum EnvelopeFault: Error, Equatable, Sendable {
    /// A message is announced that is longer than allowed.
    case tooLong(bytes: Int, limit: Int)
    /// A byte of flags has bits that the protocol does not have.
    case unknownFlags(UInt8)
}

extension EnvelopeFault: CustomStringConvertible {
    /// The fault in one sentence.
    package var description: String {
        switch self {
        case .tooLong(let bytes, let limit):
            "a message of \(bytes) bytes is over the limit of \(limit)"
        case .unknownFlags(let flags): "an envelope has the unknown flags \(flags)"
        }
    }
}
