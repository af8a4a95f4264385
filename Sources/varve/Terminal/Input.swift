import Foundation
import VarvePlatform

/// What a subcommand reads: a file of any kind, or standard input for `-`.
struct Input {
    private let path: String
    private let handle: FileHandle?
    /// Whether reading may have to wait for somebody to write: not from a regular file.
    let mayWait: Bool

    /// Opens the file.
    ///
    /// - Throws: `CommandFailure.failed` that names it.
    init(path: String) throws(CommandFailure) {
        self.path = path
        guard path != "-" else {
            handle = nil
            mayWait = true
            return
        }
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            mayWait = attributes[.type] as? FileAttributeType != .typeRegular
        } catch {
            throw .failed("\(path): cannot be read: \(Reason.of(error))")
        }
    }

    /// Reads what is there, up to `bytesMax`, waiting for the first byte; nil at the end.
    func read(bytesMax: Int) throws(CommandFailure) -> Data? {
        let bytes: Data?
        do {
            bytes = try handle.map { try $0.read(upToCount: bytesMax) } ?? standardInput(bytesMax)
        } catch {
            throw .failed("\(path): cannot be read: \(Reason.of(error))")
        }
        return bytes?.isEmpty == false ? bytes : nil
    }

    private func standardInput(_ bytesMax: Int) throws(SystemError) -> Data {
        var bytes = Data(count: bytesMax)
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(SystemError) in try StandardStream.input.read(into: buffer) }
        }
        return try bytes.prefix(outcome.get())
    }
}
