import Foundation

/// Lines for standard output, many in one write.
struct LineOutput {
    private var pending = Data()
    private static let bytesMax = 64 << 10

    /// Adds a line; it is written when enough have come together.
    mutating func add(_ line: String) throws(CommandFailure) {
        pending.append(contentsOf: line.utf8)
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.bytesMax { try flush() }
    }

    /// Adds a value as a line of JSON.
    mutating func add(json value: some Encodable) throws(CommandFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            pending += try encoder.encode(value)
        } catch {
            throw .failed("the result cannot be written: \(error)")
        }
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.bytesMax { try flush() }
    }

    /// Writes what is left.
    mutating func flush() throws(CommandFailure) {
        guard !pending.isEmpty else { return }
        try Output.bytes(pending)
        pending.removeAll(keepingCapacity: true)
    }
}
