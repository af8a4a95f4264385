/// Why bytes are no message, or a message does not fit.
package enum MessageFault: Error, Equatable, Sendable {
    /// The bytes do not follow the encoding; the text says what is wrong, and at which byte when
    /// that is known.
    case malformed(String)
    /// The message would take more memory than allowed.
    case tooLarge(limitBytes: Int)
    /// Messages are nested deeper than allowed.
    case tooDeep(limit: Int)
}

extension MessageFault: CustomStringConvertible {
    /// The fault in one sentence.
    package var description: String {
        switch self {
        case .malformed(let detail): detail
        case .tooLarge(let limit): "the message takes more than \(limit) bytes of memory"
        case .tooDeep(let limit): "messages are nested more than \(limit) deep"
        }
    }
}
