import Foundation

/// Cuts input into the contents of appends.
///
/// Bytes are cut at the limit and nowhere else. Lines are never cut: those that have been read
/// already go together, as one JSON array, up to the limit; one that is longer goes alone.
struct BatchSource: ~Copyable {
    /// How the input is cut.
    enum Form {
        /// Anywhere.
        case bytes
        /// Between lines.
        case jsonLines
    }

    private var input: Input?
    private let form: Form
    private let bytesMax: Int
    private var pending: Data
    private var searched = 0
    private var isAtEnd: Bool

    /// Whether reading may have to wait for somebody to write: not from a file.
    private let inputMayWait: Bool

    private static let pieceBytes = 256 << 10

    /// Batches of what is read.
    init(input: consuming Input, form: Form, bytesMax: Int) {
        inputMayWait = input.size == nil
        self.input = consume input
        self.form = form
        self.bytesMax = bytesMax
        pending = Data()
        isAtEnd = false
    }

    /// Batches of what is there already.
    init(content: Data, form: Form, bytesMax: Int) {
        input = nil
        inputMayWait = false
        self.form = form
        self.bytesMax = bytesMax
        pending = content
        isAtEnd = true
    }

    /// The content of the next append, nil at the end of the input.
    mutating func next() throws(CommandFailure) -> Data? {
        switch form {
        case .bytes: try nextBytes()
        case .jsonLines: try nextLines()
        }
    }

    private mutating func nextBytes() throws(CommandFailure) -> Data? {
        while pending.count < bytesMax, !isAtEnd { try readMore() }
        return pending.isEmpty ? nil : take(min(pending.count, bytesMax))
    }

    private mutating func nextLines() throws(CommandFailure) -> Data? {
        var messages: [Data] = []
        var bytes = 2
        while true {
            let line = try nextLine(mayWait: messages.isEmpty, bytesLeft: bytesMax - bytes)
            guard let line else { break }
            let message = Self.trimmed(line)
            if message.isEmpty { continue }
            messages.append(message)
            bytes += message.count + 1
        }
        return messages.isEmpty ? nil : Self.array(messages)
    }

    /// The next line that is complete and fits, waiting for more input only when `mayWait`.
    private mutating func nextLine(mayWait: Bool, bytesLeft: Int) throws(CommandFailure) -> Data? {
        while true {
            let unsearched = pending.dropFirst(searched)
            if let end = unsearched.firstIndex(of: UInt8(ascii: "\n")) {
                let length = end - pending.startIndex
                guard mayWait || length <= bytesLeft else { return nil }
                let line = take(length)
                _ = take(1)
                return line
            }
            searched = pending.count
            if isAtEnd {
                guard !pending.isEmpty, mayWait || pending.count <= bytesLeft else { return nil }
                return take(pending.count)
            }
            guard mayWait || !inputMayWait else { return nil }
            try readMore()
        }
    }

    private mutating func readMore() throws(CommandFailure) {
        guard let piece = try input?.read(bytesMax: Self.pieceBytes) else {
            isAtEnd = true
            return
        }
        pending.append(piece)
    }

    /// Takes bytes from the front.
    private mutating func take(_ count: Int) -> Data {
        let front = Data(pending.prefix(count))
        pending = pending.dropFirst(count)
        searched = 0
        return front
    }

    /// The line without white space around it, which also drops a carriage return.
    private static func trimmed(_ line: Data) -> Data {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var line = line.drop { isSpace($0) }
        while let last = line.last, isSpace(last) { line.removeLast() }
        return line
    }

    /// The messages as one JSON array.
    private static func array(_ messages: [Data]) -> Data {
        var array = Data("[".utf8)
        for (index, message) in messages.enumerated() {
            if index > 0 { array.append(UInt8(ascii: ",")) }
            array.append(message)
        }
        array.append(UInt8(ascii: "]"))
        return array
    }
}
