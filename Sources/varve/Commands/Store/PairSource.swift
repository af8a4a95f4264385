import Foundation
import VarveClient

/// Reads pairs from lines: JSON objects with `key` and `value`, or key, tab, value.
///
/// A line that begins with `{` is JSON. In it `keyBase64` and `valueBase64` may stand in place of
/// the others, and a value in row format is an array. Empty lines are passed over.
struct PairSource: ~Copyable {
    /// A line's object.
    private struct Line: Decodable {
        let key: String?
        let keyBase64: Data?
        let value: Value?
        let valueBase64: Data?
    }

    /// The value of a line's object.
    private enum Value: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            let text = try? decoder.singleValueContainer().decode(String.self)
            self = text.map { .text($0) } ?? .other
        }
    }

    /// The longest line.
    private static let lineBytesMax = 64 << 20
    private static let pieceBytes = 256 << 10

    private var input: Input
    private let name: String
    private let form: PairForm
    private var pending: [UInt8] = []
    private var start = 0
    private var searched = 0
    private var isAtEnd = false
    /// The number of the last line that was read, from 1.
    private(set) var lineNumber = 0

    /// The pairs of a file, or of standard input for `-`.
    init(path: String, form: PairForm) throws(CommandFailure) {
        input = try Input(path: path)
        name = path == "-" ? "standard input" : path
        self.form = form
    }

    /// The next pair; nil at the end of the input.
    ///
    /// - Throws: `CommandFailure.failed` that names the line.
    mutating func next() throws(CommandFailure) -> StorePair? {
        while let line = try nextLine() {
            if line.isEmpty { continue }
            do throws(ByteFormFault) {
                return line.first == UInt8(ascii: "{") ? try object(line) : try columns(line)
            } catch {
                throw .failed("\(name):\(lineNumber): \(error.detail)")
            }
        }
        return nil
    }

    /// A pair from key, tab, value.
    private func columns(_ line: [UInt8]) throws(ByteFormFault) -> StorePair {
        guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else {
            throw ByteFormFault("expected a JSON object or key, tab, value")
        }
        return StorePair(
            key: try bytes(Array(line[..<tab]), form.key),
            value: try bytes(Array(line[(tab + 1)...]), form.value))
    }

    /// Text stands for itself whether it is UTF-8 or not.
    private func bytes(_ source: [UInt8], _ form: ByteForm) throws(ByteFormFault) -> [UInt8] {
        form == .text ? source : try form.bytes(of: String(decoding: source, as: UTF8.self))
    }

    /// A pair from a JSON object.
    private func object(_ line: [UInt8]) throws(ByteFormFault) -> StorePair {
        guard let object = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
            throw ByteFormFault("expected a JSON object with key and value")
        }
        let key: [UInt8]
        if let bytes = object.keyBase64 {
            key = Array(bytes)
        } else {
            guard let text = object.key else { throw ByteFormFault("expected a text as key") }
            key = try form.key.bytes(of: text)
        }
        if let value = object.valueBase64 { return StorePair(key: key, value: Array(value)) }
        switch object.value {
        case .text(let text)?: return StorePair(key: key, value: try form.value.bytes(of: text))
        case .other? where form.value == .row:
            return StorePair(key: key, value: try RowText.row(ofValueIn: line))
        default: throw ByteFormFault("expected a text as value")
        }
    }

    /// The next line without its end; nil at the end of the input.
    private mutating func nextLine() throws(CommandFailure) -> [UInt8]? {
        while true {
            if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(through: end, next: end + 1)
            }
            searched = pending.count
            if isAtEnd {
                return start < pending.count ? take(through: searched, next: searched) : nil
            }
            guard pending.count - start <= Self.lineBytesMax else {
                throw .failed(
                    "\(name):\(lineNumber + 1): a line is longer than \(Self.lineBytesMax) bytes")
            }
            try readMore()
        }
    }

    private mutating func take(through end: Int, next: Int) -> [UInt8] {
        lineNumber += 1
        var line = pending[start..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        start = next
        searched = next
        return Array(line)
    }

    private mutating func readMore() throws(CommandFailure) {
        pending.removeFirst(start)
        searched -= start
        start = 0
        if let piece = try input.read(bytesMax: Self.pieceBytes) {
            pending += piece
        } else {
            isAtEnd = true
        }
    }
}
