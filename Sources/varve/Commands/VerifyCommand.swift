import Foundation
import Synchronization
import VarveBytes
import VarveLog
import VarveStorage
import VarveStore

/// `varve verify`: checks a log offline.
enum VerifyCommand: Command {
    private static let stream = Option(
        name: "stream", value: .text(placeholder: "STREAM"), summary: "Only this stream")
    private static let head = Option(
        name: "head", value: .text(placeholder: "FILE"),
        summary: "A signed head from varve head --signed: the log must still have that history",
        isRepeatable: true)
    private static let publicKey = Option(
        name: "public-key", value: .text(placeholder: "FILE"),
        summary: "A public key, in PEM or as its 32 bytes, that heads and segments may be signed "
            + "with; without it those in DIR/keys",
        isRepeatable: true)
    private static let jobs = Option(
        name: "jobs", value: .count(minimum: 1),
        summary: "How many threads hash; without it one for each processor")
    private static let json = Option(
        name: "json", value: .none, summary: "Print the report as one JSON object")

    static let signature = CommandSignature(
        name: "verify", summary: "Check every header, checksum, length and hash of a log",
        discussion: [
            "Reads only and takes no lock, so it may run beside a server; what is being written at "
                + "that moment is not judged.",
            "The index of the store is read from end to end, and must not be ahead of the log. "
                + "What its keys say is for varve repair --compare-index. --stream leaves it out.",
            "With --head it proves that the history that was signed is still there: that nothing "
                + "before that place was edited, moved, removed or cut off, by anybody. Take the "
                + "public key from elsewhere than DIR for that: docs/proof.md says why.",
        ],
        positionals: [
            Positional(name: "DIR", summary: "Directory of the log (--data-dir of the server)")
        ],
        options: [stream, head, publicKey, jobs, VolumeOpening.keyFile, json],
        examples: [
            .init(line: "varve verify data", meaning: "each stream with its head, then all damage"),
            .init(line: "varve verify --json data", meaning: "for a script"),
            .init(
                line: "varve verify data --head orders.head --public-key operator.pem",
                meaning: "that the log still has the history that was signed"),
        ],
        exitCodes: [
            "0 clean", "1 damage, or a head is not proven",
            "2 wrong usage, or DIR is no log that can be read",
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let directory = arguments.positional(0) ?? ""
        var options = VerificationOptions()
        options.stream = arguments.text(stream)
        options.jobs = arguments.count(jobs) ?? ProcessInfo.processInfo.activeProcessorCount
        for path in arguments.texts(head) { options.heads.append(try signedHead(at: path)) }
        options.publicKeys = try keys(arguments, of: directory)
        let volume = try VolumeOpening.readOnly(directory, arguments)
        // Made before, so that what a server changes meanwhile is no damage.
        let index = options.stream == nil ? IndexVerifier(of: volume) : nil
        var report = try verify(volume, options)
        index?.verify(&report)
        // Not clean, but nothing: a path that was mistyped, or a disk that is not mounted.
        guard report.segmentCount > 0 || report.fileCount > 0 || !report.isClean else {
            throw .usage("\(directory): there is no log in it")
        }
        if arguments.isOn(json) {
            try Output.line(report.json)
        } else {
            if !options.heads.isEmpty, !arguments.isGiven(publicKey) {
                try Output.line(
                    "signatures are checked with the keys in \(directory)/keys: who wrote the log "
                        + "could have made them; give --public-key")
            }
            for line in report.lines { try Output.line(line) }
        }
        if let name = options.stream, report.streams.isEmpty {
            throw .failed("the log has no stream \"\(name)\"")
        }
        return report.isProven ? 0 : 1
    }

    /// Verifies, showing on a terminal how far it is.
    private static func verify(
        _ volume: any Volume, _ options: VerificationOptions
    ) throws(CommandFailure) -> VerificationReport {
        let line = SharedProgress()
        var options = options
        options.progress = { line.show($0) }
        defer { line.clear() }
        do throws(LogError) {
            return try LogVerifier.verify(volume: volume, options: options)
        } catch {
            throw .usage(error.description)
        }
    }

    private static func signedHead(at path: String) throws(CommandFailure) -> SignedHead {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .usage("\(path): cannot be read")
        }
        do throws(ProofError) {
            return try SignedHead(json: Array(bytes))
        } catch {
            throw .usage("\(path): \(error)")
        }
    }

    /// The keys given, or those of the directory.
    private static func keys(
        _ arguments: ParsedArguments, of directory: String
    ) throws(CommandFailure) -> [KeyID: PublicKey] {
        do throws(StorageError) {
            guard arguments.isGiven(publicKey) else {
                let ring = KeyRing(logDirectory: directory)
                return ring.exists ? try ring.publicKeys() : [:]
            }
            var keys: [KeyID: PublicKey] = [:]
            for path in arguments.texts(publicKey) {
                let key = try KeyRing.publicKey(at: path)
                keys[KeyID(of: key)] = key
            }
            return keys
        } catch {
            throw .usage(error.description)
        }
    }

    /// The line that tells how far it is, for several threads.
    private final class SharedProgress: Sendable {
        private let line = Mutex(ProgressLine())

        func show(_ progress: VerificationProgress) {
            line.withLock {
                $0.show(
                    "verified \(ByteCount.text(progress.bytesDone)) of "
                        + ByteCount.text(progress.bytesTotal))
            }
        }

        func clear() { line.withLock { $0.clear() } }
    }
}
