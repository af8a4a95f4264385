/// One message of a stream with what stands before it: a byte of flags and the length in four
/// bytes, the highest first.
package struct Envelope: Equatable, Sendable {
    /// The bytes before a message.
    package static let headBytes = 5
    /// The message is compressed.
    package static let compressed: UInt8 = 0x01
    /// The message is the last, and tells how the stream ended.
    package static let endOfStream: UInt8 = 0x02

    /// The flags.
    package var flags: UInt8
    /// The message as it stands on the wire.
    package var payload: [UInt8]

    /// An envelope from its parts.
    package init(flags: UInt8, payload: [UInt8]) {
        self.flags = flags
        self.payload = payload
    }

    /// Whether the message is compressed.
    package var isCompressed: Bool { flags & Self.compressed != 0 }
    /// Whether the message ends the stream.
    package var endsStream: Bool { flags & Self.endOfStream != 0 }

    /// Writes the head of an envelope into the first bytes of `bytes`, which keep room for it;
    /// what follows is the message, shorter than 4 GiB.
    package static func seal(_ bytes: inout [UInt8], flags: UInt8) {
        precondition(bytes.count >= headBytes, "an envelope keeps room for its head")
        let count = UInt32(bytes.count - headBytes)
        bytes[0] = flags
        for place in 0..<4 {
            bytes[1 + place] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * place))
        }
    }

    /// The envelope's bytes.
    package var bytes: [UInt8] {
        var result = [UInt8](repeating: 0, count: Self.headBytes)
        result += payload
        Self.seal(&result, flags: flags)
        return result
    }
}
