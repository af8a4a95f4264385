import Foundation
import VarvePlatform

/// What a subcommand reads: a file, or standard input for `-`.
struct Input: ~Copyable {
    private let path: String
    private let file: Descriptor?
    private let fileNumber: Int32?
    private var position: UInt64 = 0
    /// The size of the file in bytes; nil for standard input.
    let size: UInt64?

    /// Opens the file.
    ///
    /// - Throws: `CommandFailure.failed` that names it.
    init(path: String) throws(CommandFailure) {
        self.path = path
        guard path != "-" else {
            file = nil
            fileNumber = nil
            size = nil
            return
        }
        do throws(SystemError) {
            let opened = try File.open(path, access: .read, create: .never)
            size = try File.size(opened.raw)
            fileNumber = opened.raw
            file = consume opened
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Reads what is there, up to `bytesMax`, waiting for the first byte; nil at the end.
    mutating func read(bytesMax: Int) throws(CommandFailure) -> Data? {
        var bytes = Data(count: bytesMax)
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(SystemError) in try fill(buffer) }
        }
        do {
            let count = try outcome.get()
            position += UInt64(count)
            return count == 0 ? nil : bytes.prefix(count)
        } catch {
            throw .failed("\(error)")
        }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard let fileNumber else { return try StandardStream.input.read(into: buffer) }
        do throws(SystemError) {
            return try File.read(fileNumber, at: position, into: buffer)
        } catch {
            throw error.about(path)
        }
    }
}
