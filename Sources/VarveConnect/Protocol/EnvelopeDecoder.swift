/// Takes a stream of envelopes apart, however its bytes are split.
package struct EnvelopeDecoder {
    private let messageBytesMax: Int
    private var buffer: [UInt8] = []
    private var index = 0

    /// A decoder of messages of at most `messageBytesMax` bytes on the wire.
    package init(messageBytesMax: Int) {
        self.messageBytesMax = messageBytesMax
    }

    /// Whether nothing is left of an envelope that has begun.
    package var isAtBoundary: Bool { index == buffer.count }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if index > 0 {
            buffer.removeFirst(index)
            index = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next envelope; nil when more bytes are needed. After a fault nothing more comes.
    package mutating func next() throws(EnvelopeFault) -> Envelope? {
        guard buffer.count - index >= Envelope.headBytes else { return nil }
        let flags = buffer[index]
        guard flags & ~(Envelope.compressed | Envelope.endOfStream) == 0 else {
            throw .unknownFlags(flags)
        }
        var count = 0
        for place in 1..<Envelope.headBytes { count = count << 8 | Int(buffer[index + place]) }
        guard count <= messageBytesMax else {
            throw .tooLong(bytes: count, limit: messageBytesMax)
        }
        let start = index + Envelope.headBytes
        guard buffer.count - start >= count else { return nil }
        index = start + count
        return Envelope(flags: flags, payload: Array(buffer[start..<index]))
    }
}
