import Foundation
import VarveClient

/// How a subcommand of `varve kv` reads and prints keys and values.
struct PairForm {
    /// The form of keys.
    static let keyOption = Option(
        name: "key-format", value: .choice(["text", "hex", "base64"]),
        summary: "How keys are written, in arguments and in what is printed", standard: "text")
    /// The form of values.
    static let valueOption = Option(
        name: "value-format", value: .choice(ByteForm.allCases.map(\.rawValue)),
        summary:
            "How values are written, in arguments and in what is printed; row: a JSON array of "
            + "columns, which reductions read",
        standard: "text")
    /// What the help of every subcommand says that has keys or values as arguments.
    static let discussion =
        "@FILE in place of a key or a value stands for the bytes of a file, @- for standard input, "
        + "@@ for a word that begins with @. What is not UTF-8 text, or has control characters, is "
        + "printed as base64, as keyBase64 or valueBase64 with --json."

    /// The largest file that becomes a value.
    private static let fileBytesMax = 256 << 20

    /// The form of keys.
    let key: ByteForm
    /// The form of values.
    let value: ByteForm

    /// The forms that the options name; those of options that a subcommand does not have are text.
    init(_ arguments: ParsedArguments) {
        key = arguments.text(Self.keyOption).flatMap(ByteForm.init(rawValue:)) ?? .text
        value = arguments.text(Self.valueOption).flatMap(ByteForm.init(rawValue:)) ?? .text
    }

    /// The key that a word of the command line stands for.
    func key(_ word: String) throws(CommandFailure) -> [UInt8] {
        try Self.bytes(of: word, key, "key")
    }

    /// The value that a word of the command line stands for.
    func value(_ word: String) throws(CommandFailure) -> [UInt8] {
        try Self.bytes(of: word, value, "value")
    }

    /// A key as it is printed.
    func text(key bytes: [UInt8]) -> String { key.text(of: bytes) ?? Self.base64(bytes) }

    /// A value as it is printed.
    func text(value bytes: [UInt8]) -> String { value.text(of: bytes) ?? Self.base64(bytes) }

    /// A pair as a line: key, tab, value.
    func line(_ pair: StorePair) -> String { "\(text(key: pair.key))\t\(text(value: pair.value))" }

    private static func base64(_ bytes: [UInt8]) -> String {
        ByteForm.base64.text(of: bytes) ?? ""
    }

    private static func bytes(
        of word: String, _ form: ByteForm, _ subject: String
    ) throws(CommandFailure) -> [UInt8] {
        if word.hasPrefix("@@") {
            return try bytes(ofText: String(word.dropFirst()), form, subject)
        }
        guard word.hasPrefix("@") else { return try bytes(ofText: word, form, subject) }
        var input = try Input(path: String(word.dropFirst()))
        var bytes: [UInt8] = []
        while let piece = try input.read(bytesMax: 256 << 10) {
            bytes += piece
            guard bytes.count <= fileBytesMax else {
                throw .failed("\(word): larger than the limit of \(fileBytesMax) bytes")
            }
        }
        return bytes
    }

    private static func bytes(
        ofText text: String, _ form: ByteForm, _ subject: String
    ) throws(CommandFailure) -> [UInt8] {
        do throws(ByteFormFault) {
            return try form.bytes(of: text)
        } catch {
            throw .usage("\(subject): \(error.detail), found \"\(text.prefix(80))\"")
        }
    }
}
