import VarveBytes

/// What became of a head that was obtained earlier: does the log still have that history?
public struct HeadFinding: Sendable {
    /// What the log says.
    public enum Verdict: String, Sendable {
        /// The log has this history.
        case held
        /// The stream has another history before the position.
        case rewritten
        /// The stream ends before the position.
        case cut
        /// There is another stream of that name.
        case replaced
        /// There is no such stream.
        case missing
        /// What the head is of was trimmed away: it can only be compared with other heads.
        case trimmed
        /// What lies before the position is damaged.
        case damaged
    }

    /// What the signature says.
    public enum Signature: Sendable, Equatable {
        /// It was made by the key.
        case valid
        /// It was not.
        case wrong(ProofError)
        /// There is no key of that id to check it with.
        case noKey
    }

    /// The head.
    public let head: SignedHead
    /// What the log says.
    public let verdict: Verdict
    /// What the signature says.
    public let signature: Signature
    /// Where the stream ends, as far as it is there.
    public let tail: StreamPosition?

    /// True when the log has the history and the signature is right.
    public var isProven: Bool { verdict == .held && signature == .valid }

    /// What is wrong, or right, in one line.
    public var detail: String {
        let position = head.statement.position
        let text =
            switch verdict {
            case .held: "the log has this history up to \(position)"
            case .rewritten: "the history before \(position) is not the one that was signed"
            case .cut:
                "the stream ends at \(tail ?? .start), before \(position): records were cut off"
            case .replaced: "another stream has this name now"
            case .missing: "there is no such stream any more"
            case .trimmed: "the records before \(position) were trimmed away"
            case .damaged: "what lies before \(position) is damaged"
            }
        switch signature {
        case .valid: return text + "; signature of key \(head.key) valid"
        case .wrong(let error): return text + "; \(error)"
        case .noKey: return text + "; no key \(head.key) to check the signature with"
        }
    }

    /// The stream's name, invalid UTF-8 repaired.
    public var name: String { String(decoding: head.statement.name, as: UTF8.self) }

    var json: String {
        var line = JSONLine()
        line.add("name", name)
        line.add("stream", head.statement.stream.rawValue)
        line.add("position", head.statement.position.description)
        line.add("head", head.statement.head.hex)
        line.add("verdict", verdict.rawValue)
        line.add("key", head.key.description)
        line.add("signature", signature.word)
        line.add("proven", isProven)
        line.add("detail", detail)
        return line.rendered
    }
}

extension HeadFinding.Signature {
    /// Checks the signature of a head with the key of its id.
    init(of head: SignedHead, keys: [KeyID: PublicKey]) {
        guard let key = keys[head.key] else {
            self = .noKey
            return
        }
        do throws(ProofError) {
            try head.verify(with: key)
            self = .valid
        } catch {
            self = .wrong(error)
        }
    }

    /// A short name that never changes, for programs.
    var word: String {
        switch self {
        case .valid: "valid"
        case .wrong: "wrong"
        case .noKey: "no-key"
        }
    }
}
