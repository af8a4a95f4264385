import Foundation
import VarveClient

/// `varve kv get`: prints the values of keys.
enum KvGetCommand: ClientCommand {
    private static let raw = Option(
        name: "raw", value: .none,
        summary: "Print the bytes of the value and nothing else; for one key only")
    private static let json = Option(
        name: "json", value: .none, summary: "Print one JSON object a line for each key")

    static let signature = CommandSignature(
        name: "kv get", summary: "Print the values of keys",
        discussion: [
            "One key: its value. Several: a line with key, tab and value for each that is there, "
                + "in the order given and of one state of the store.",
            PairForm.discussion,
        ],
        positionals: [Positional(name: "KEY", summary: "A key", isRepeatable: true)],
        options: [
            raw, PairForm.keyOption, PairForm.valueOption, StoreAccess.atLeast, StoreAccess.url,
            json,
        ],
        examples: [
            .init(line: "varve kv get users/7", meaning: "a value"),
            .init(line: "varve kv get --raw photo/7 > ada.jpg", meaning: "into a file"),
            .init(line: "varve kv get --json users/7 users/8", meaning: "for a script"),
        ],
        exitCodes: ["0 success", "1 failure or a key that is not there", "2 wrong usage"])

    /// What `--json` prints.
    private struct Report: Encodable {
        let pair: PairReport
        let sequence: UInt64

        func encode(to encoder: any Encoder) throws {
            try pair.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(sequence, forKey: .sequence)
        }

        private enum Key: String, CodingKey {
            case sequence
        }
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let form = PairForm(arguments)
        var keys: [[UInt8]] = []
        for word in arguments.positionals { keys.append(try form.key(word)) }
        if arguments.isOn(raw), keys.count > 1 {
            throw .usage("--raw: expected one key, found \(keys.count)")
        }
        let found = try await look(keys, arguments)
        for lookup in found {
            if arguments.isOn(json) {
                try Output.json(
                    Report(
                        pair: PairReport(lookup.key, lookup.value, form),
                        sequence: lookup.sequence))
            } else if let value = lookup.value {
                try show(lookup.key, value, form, arguments, isOnly: keys.count == 1)
            }
        }
        let missing = found.filter { $0.value == nil }
        guard !arguments.isOn(json), let first = missing.first else {
            return missing.isEmpty ? 0 : 1
        }
        let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        throw .failed("there is no key \(form.text(key: first.key))\(others)")
    }

    private static func look(
        _ keys: [[UInt8]], _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> [StoreLookup] {
        let client = try StoreAccess.client(arguments)
        let sequence = StoreAccess.minimum(arguments)
        return try await ServerAccess.perform { () async throws(ClientError) in
            guard keys.count == 1, let key = keys.first else {
                return try await client.getMany(keys, atLeast: sequence)
            }
            return [try await client.lookUp(key, atLeast: sequence)]
        }
    }

    private static func show(
        _ key: [UInt8], _ value: [UInt8], _ form: PairForm, _ arguments: ParsedArguments,
        isOnly: Bool
    ) throws(CommandFailure) {
        if arguments.isOn(raw) {
            try Output.bytes(Data(value))
        } else if isOnly {
            try Output.line(form.text(value: value))
        } else {
            try Output.line(form.line(StorePair(key: key, value: value)))
        }
    }
}
