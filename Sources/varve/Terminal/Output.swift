import Foundation
import VarvePlatform

/// Writes what a subcommand has to say; a broken output ends it.
enum Output {
    /// Writes text and a line end to standard output.
    static func line(_ text: String) throws(CommandFailure) {
        try write(.output, text + "\n")
    }

    /// Writes text to standard error.
    static func error(_ text: String) throws(CommandFailure) {
        try write(.error, text)
    }

    /// Writes bytes to standard output.
    static func bytes(_ bytes: Data) throws(CommandFailure) {
        let outcome = bytes.withUnsafeBytes { pointer in
            Result { () throws(SystemError) in try StandardStream.output.write(pointer) }
        }
        do {
            try outcome.get()
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Writes a value as one line of JSON to standard output.
    static func json(_ value: some Encodable) throws(CommandFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let text = String(decoding: try encoder.encode(value), as: UTF8.self)
            try line(text)
        } catch {
            throw .failed("the result cannot be written: \(error)")
        }
    }

    private static func write(_ stream: StandardStream, _ text: String) throws(CommandFailure) {
        do throws(SystemError) {
            try stream.write(text)
        } catch {
            throw .failed("\(error)")
        }
    }
}
