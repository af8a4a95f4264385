import VarveLog
import VarveStorage

/// Opens the directory of a log for a command, encrypted or not.
///
/// Every command that looks into a directory lists `keyFile` among its options and gets its volume
/// here, never from `FileVolume`: then it works on encrypted logs too, and refuses a key that is
/// missing, wrong or too much in the same words as all others. With the volume go on to the calls
/// of `VarveLog` that take one, such as `LogVerifier.verify(volume:)` and
/// `EventLog.open(volume:…)`.
enum VolumeOpening {
    /// Names the file with the key; `varve serve` takes it from its configuration file too.
    static let keyFile = Option(
        name: "encryption-key-file", value: .text(placeholder: "FILE"),
        summary: "File with the key of an encrypted log; mode 0600", isInEnvironment: true)

    /// The volume in `directory`, which must exist; whatever would change it throws.
    static func readOnly(
        _ directory: String, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> any Volume {
        try open(directory, arguments, access: .readOnly)
    }

    /// The volume in `directory`, which must exist. It is not locked: whoever changes something
    /// locks it first.
    static func readWrite(
        _ directory: String, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> any Volume {
        try open(directory, arguments, access: .readWrite)
    }

    /// The files of `directory`, which must exist, as they are, whatever their encryption.
    static func files(_ directory: String) throws(CommandFailure) -> FileVolume {
        do {
            return try FileVolume(rootDirectory: directory, create: .never)
        } catch {
            throw .usage("\(error)")
        }
    }

    /// The key that `option` names; nil when it names none.
    ///
    /// - Throws: `CommandFailure.failed` with the file and what is wrong with it.
    static func key(
        _ arguments: ParsedArguments, _ option: Option = keyFile
    ) throws(CommandFailure) -> EncryptionKey? {
        guard let path = arguments.text(option) else { return nil }
        do {
            return try EncryptionKey(contentsOf: path)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// A directory that cannot be opened is wrong usage; a key that does not fit is a failure.
    private static func open(
        _ directory: String, _ arguments: ParsedArguments, access: FileVolume.Access
    ) throws(CommandFailure) -> any Volume {
        let key = try key(arguments)
        do {
            return try LogVolume.open(
                directory: directory, key: key, access: access, create: .never)
        } catch {
            switch error {
            case .keyMissing, .wrongKey, .notEncrypted, .rekeyUnfinished:
                throw .failed("\(error)")
            default: throw .usage("\(error)")
            }
        }
    }
}
