// POST {base}/__ds/backup: a consistent copy of the log, beside traffic.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStreams

/// The operation behind `__ds/backup`, for operators: `{"directory": NAME}` makes the copy NAME
/// in the directory that the server was given for that, and nowhere else.
enum Backup {
    /// The most bytes of a name.
    static let nameBytesMax = 128

    /// Makes a copy on the pool; answers with what is in it when it is complete.
    static func answer(_ request: borrowing RequestView, _ responder: Responder) {
        guard let parent = responder.core.configuration.backupDirectory else {
            return responder.refuse(Refusal(.backupNotConfigured))
        }
        guard let name = name(in: request.body) else {
            return responder.refuse(Refusal(.invalidBackupName))
        }
        let path = "\(parent)/\(name)"
        guard !File.exists(path) else { return responder.refuse(Refusal(.backupExists)) }
        let log = responder.core.engine.log
        PoolWork.begin(on: responder.core.chores, responder) {
            () -> Result<BackupManifest, LogError> in
            Result { () throws(LogError) in try log.backup(to: path) }
        } answer: { outcome in
            switch outcome {
            case .success(let manifest):
                responder.core.logger.log(
                    .info, "backup made",
                    [
                        "directory": .text(path),
                        "lsn": .number(Int64(clamping: manifest.lastLSN)),
                    ])
                responder.send(.created) { writer in
                    writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
                } body: { buffer in
                    buffer.append(text: manifest.summary)
                }
            case .failure(let error):
                var refusal = Refusal(Problem(error))
                refusal.cause = error
                responder.refuse(refusal)
            }
        }
    }

    /// The name that a body asks for: letters, digits, dashes, underscores and dots, no dot first,
    /// so that it never leads anywhere else.
    static func name(in body: UnsafeRawBufferPointer) -> String? {
        guard body.count <= 4096, let members = try? FlatObject.parse(Array(body)),
            members.count == 1, let name = members["directory"],
            (1...nameBytesMax).contains(name.utf8.count), name.utf8.first != UInt8(ascii: ".")
        else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? name : nil
    }
}
