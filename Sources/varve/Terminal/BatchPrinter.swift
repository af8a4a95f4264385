import Foundation
import VarveClient

/// Prints batches of a stream to standard output.
struct BatchPrinter {
    /// How a batch is printed.
    enum Form {
        /// A JSON stream: one message a line; any other: its bytes and nothing else.
        case content
        /// One JSON object a line with the batch's offsets and content.
        case document
    }

    private let form: Form

    init(form: Form) {
        self.form = form
    }

    /// Prints a batch that begins at `offset`.
    func print(_ batch: StreamBatch, from offset: StreamOffset) throws(CommandFailure) {
        switch form {
        case .content: try Output.bytes(Self.content(of: batch))
        case .document: try Output.bytes(Self.document(of: batch, from: offset))
        }
    }

    private static func content(of batch: StreamBatch) -> Data {
        guard batch.isJSON else { return batch.content }
        var lines = Data()
        for message in batch.messages {
            lines.append(message)
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    /// The batch as JSON: `content` is the array of messages, or `text`, or `base64`.
    private static func document(of batch: StreamBatch, from offset: StreamOffset) -> Data {
        var line = Data("{\"offset\":\(quoted(offset.token)),".utf8)
        line += Data("\"nextOffset\":\(quoted(batch.nextOffset.token)),".utf8)
        line += Data("\"upToDate\":\(batch.isUpToDate),\"closed\":\(batch.isClosed),".utf8)
        if batch.isJSON {
            line += Data("\"messages\":".utf8)
            line += batch.content.isEmpty ? Data("[]".utf8) : batch.content
        } else if batch.contentType.lowercased().hasPrefix("text/"),
            let text = String(data: batch.content, encoding: .utf8)
        {
            line += Data("\"text\":\(quoted(text))".utf8)
        } else {
            line += Data("\"base64\":\"\(batch.content.base64EncodedString())\"".utf8)
        }
        return line + Data("}\n".utf8)
    }

    /// Text as a JSON string.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string can always be encoded; the fallback only keeps the types honest.
        let bytes = (try? encoder.encode(text)) ?? Data("\"\"".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
