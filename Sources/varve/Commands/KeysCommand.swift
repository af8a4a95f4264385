import VarveLog
import VarveStorage

/// `varve keys`: the keys that sign heads.
enum KeysCommand: Command {
    /// What is done with the keys.
    private enum Action: String, CaseIterable {
        case generate
        case rotate
        case list
    }

    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line")

    static let signature = CommandSignature(
        name: "keys", summary: "Make, replace or list the keys that sign heads",
        discussion: [
            "The keys are Ed25519, in DIR/keys. The private one is signing.pem and only its owner "
                + "may read it; the public ones are named by their ids and are kept for ever.",
            "Give auditors the public keys in another way than by this directory: whoever can "
                + "write here can replace them. docs/proof.md says what a signature proves.",
        ],
        positionals: [
            Positional(
                name: "ACTION",
                summary: "generate the first key, rotate to a new one, or list all"),
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)"),
        ],
        options: [json],
        examples: [
            .init(line: "varve keys generate data", meaning: "the first key; prints its id"),
            .init(line: "varve keys rotate data", meaning: "a new key signs from now on"),
            .init(line: "varve keys list data", meaning: "all keys; the one that signs is marked"),
        ],
        exitCodes: ["0 success", "1 failure", "2 wrong usage"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let word = arguments.positional(0) ?? ""
        guard let action = Action(rawValue: word) else {
            let hint = NearestName.hint(word, among: Action.allCases.map(\.rawValue))
            throw .usage("unknown action \"\(word)\"\(hint): generate, rotate or list")
        }
        let ring = KeyRing(logDirectory: arguments.positional(1) ?? "")
        let isJSON = arguments.isOn(json)
        do {
            switch action {
            case .generate: try print(try ring.generate(), isSigning: true, isJSON)
            case .rotate: try print(try ring.rotate(), isSigning: true, isJSON)
            case .list:
                let keys = try ring.publicKeys().keys.map(\.description).sorted()
                let signing = try ring.signingKeyID()
                for text in keys {
                    guard let key = KeyID(text) else { continue }
                    try print(key, isSigning: key == signing, isJSON)
                }
            }
        } catch let error as StorageError {
            throw .failed(error.description)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw .failed("\(error)")
        }
        return 0
    }

    private static func print(
        _ key: KeyID, isSigning: Bool, _ isJSON: Bool
    ) throws(CommandFailure) {
        if isJSON {
            try Output.line("{\"key\":\"\(key)\",\"signing\":\(isSigning)}")
        } else {
            try Output.line(isSigning ? "\(key) signing" : "\(key)")
        }
    }
}
