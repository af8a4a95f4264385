import VarvePlatform
import VarveStorage

/// `varve encryption-key`: makes a key file.
enum EncryptionKeyCommand: Command {
    static let signature = CommandSignature(
        name: "encryption-key", summary: "Make a key for an encrypted log",
        discussion: [
            "Writes 32 random bytes as 64 hexadecimal digits to FILE, which must not exist and "
                + "which only its owner may read. `varve serve` encrypts a new directory with it "
                + "when --encryption-key-file names it.",
            "Keep a copy where the log is not: without the key nothing of the log can be read, by "
                + "anybody.",
        ],
        positionals: [Positional(name: "FILE", summary: "The file to make")],
        options: [],
        examples: [
            .init(line: "varve encryption-key varve.key", meaning: "a fresh key, mode 0600")
        ],
        exitCodes: ["0 success", "1 failure, such as a file that is there", "2 wrong usage"])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        do throws(StorageError) {
            try EncryptionKey.generate(at: arguments.positional(0) ?? "", random: SystemRandom())
        } catch {
            throw .failed("\(error)")
        }
        return 0
    }
}
