// JSON bodies: no text may trap the splitter or make it read past its input; messages are texts of
// their own, and joined again they are the same messages.

import VarveStreams

extension FuzzTarget {
    /// The input is a text.
    static let jsonMessages = FuzzTarget(name: "json-messages") { data, size in
        let input = FuzzInput(data, size)
        guard let splitter = JSONMessages() else { return 0 }
        guard let messages = split(splitter, input.rest, flattens: true) else {
            demand(
                split(splitter, input.rest, flattens: false) == nil, "no text without flattening")
            return 0
        }
        for message in messages {
            let alone = message.withUnsafeBytes { split(splitter, $0, flattens: false) }
            demand(alone == [message], "a message is a text, without space around it")
        }
        let separator = [UInt8(ascii: ",")]
        let joined = Array("[ ".utf8) + messages.joined(separator: separator) + Array("\n]".utf8)
        let again = joined.withUnsafeBytes { split(splitter, $0, flattens: true) }
        // One level more: an array that is one message deep enough may not fit any more.
        demand(again == nil || again == messages, "joined messages are the same messages")
        return 0
    }

    /// The input is an event's encoding.
    static let streamEvent = FuzzTarget(name: "stream-event") { data, size in
        let input = FuzzInput(data, size)
        withExactCopy(input.rest) { bytes in
            guard let event = try? StreamEventCoding.decode(bytes) else { return }
            withUnsafeTemporaryAllocation(byteCount: StreamEventCoding.bytesMax, alignment: 8) {
                let encoded = StreamEventCoding.encode(event, into: $0)
                demand(encoded.elementsEqual(bytes), "an event has one encoding")
            }
        }
        return 0
    }
}

/// The messages of a text; nil when it is refused.
private func split(
    _ splitter: JSONMessages, _ text: UnsafeRawBufferPointer, flattens: Bool
) -> [[UInt8]]? {
    withExactCopy(text) { text in
        guard let messages = try? splitter.split(text, flattens: flattens) else { return nil }
        return (0..<messages.count).map { Array(messages[$0]) }
    }
}
