import VarveBytes
import VarveLog

extension StreamEngine {
    /// Calls `use` with the records of `content` in a stream of a content type.
    ///
    /// A JSON body is checked and split; another is one record. Allocates nothing unless there are
    /// more records than in any request before.
    ///
    /// - Parameter acceptsEmptyArray: whether the body `[]` stands for no messages, and is no
    ///   fault.
    func withPreparedBody<R>(
        _ content: StreamContent, of contentType: ContentType, closes: Bool,
        acceptsEmptyArray: Bool, _ use: (PreparedBody) throws(StreamRefusal) -> R
    ) throws(StreamRefusal) -> R {
        if case .body(let body) = content, !contentType.isJSON || body.isEmpty {
            return try withPlainBody(body, closes: closes, use)
        }
        let result = try scratches.withScratch { (scratch) throws(StreamRefusal) -> R in
            switch content {
            case .body(let body):
                try use(split(body, closes, acceptsEmptyArray, scratch))
            case .messages(let messages):
                try use(take(messages, closes, isJSON: contentType.isJSON, scratch))
            }
        }
        guard let result else { throw StreamRefusal(.log(.overloaded(reason: "no memory"))) }
        return result
    }

    /// At most one record of data and one that closes, on the stack.
    private func withPlainBody<R>(
        _ body: UnsafeRawBufferPointer, closes: Bool,
        _ use: (PreparedBody) throws(StreamRefusal) -> R
    ) throws(StreamRefusal) -> R {
        try withUnsafeTemporaryAllocation(of: RecordBytes.self, capacity: 2) {
            (room) throws(StreamRefusal) -> R in
            var count = 0
            if !body.isEmpty {
                room.initializeElement(at: count, to: RecordBytes(body))
                count += 1
            }
            if closes {
                room.initializeElement(at: count, to: PreparedBody.closing)
                count += 1
            }
            let records = UnsafeBufferPointer(rebasing: room[..<count])
            return try use(PreparedBody(records, separator: nil))
        }
    }

    /// The messages of a JSON body.
    private func split(
        _ body: UnsafeRawBufferPointer, _ closes: Bool, _ acceptsEmptyArray: Bool,
        _ scratch: Scratch
    ) -> PreparedBody {
        let messages: JSONMessages.Messages
        do {
            messages = try scratch.messages.split(body, countMax: options.maxMessagesPerAppend)
        } catch {
            return PreparedBody(fault: fault(error))
        }
        if messages.count == 0, !acceptsEmptyArray { return PreparedBody(fault: .emptyArray) }
        let room = scratch.room(for: messages.count + (closes ? 1 : 0))
        for index in 0..<messages.count {
            room.initializeElement(
                at: index, to: RecordBytes(messages[index], payloadHash: SHA256Digest()))
        }
        RecordBytes.hashPayloads(
            of: UnsafeMutableBufferPointer(rebasing: room[..<messages.count]))
        if closes { room.initializeElement(at: messages.count, to: PreparedBody.closing) }
        return PreparedBody(UnsafeBufferPointer(room), separator: Self.messageSeparator)
    }

    /// Messages that came apart; those of a JSON stream are checked one by one.
    private func take(
        _ messages: UnsafeBufferPointer<UnsafeRawBufferPointer>, _ closes: Bool, isJSON: Bool,
        _ scratch: Scratch
    ) -> PreparedBody {
        guard messages.count <= options.maxMessagesPerAppend else {
            return PreparedBody(fault: .tooManyMessages(limit: options.maxMessagesPerAppend))
        }
        let room = scratch.room(for: messages.count + (closes ? 1 : 0))
        for index in 0..<messages.count {
            var message = messages[index]
            if isJSON {
                do {
                    message = try scratch.messages.split(message, flattens: false)[0]
                } catch {
                    return PreparedBody(fault: fault(error))
                }
            }
            room.initializeElement(
                at: index, to: RecordBytes(message, payloadHash: SHA256Digest()))
        }
        RecordBytes.hashPayloads(
            of: UnsafeMutableBufferPointer(rebasing: room[..<messages.count]))
        if closes { room.initializeElement(at: messages.count, to: PreparedBody.closing) }
        return PreparedBody(
            UnsafeBufferPointer(room), separator: isJSON ? Self.messageSeparator : nil)
    }

    private func fault(_ fault: JSONMessages.Fault) -> StreamError {
        fault.kind == .count
            ? .tooManyMessages(limit: options.maxMessagesPerAppend) : .invalidJSON(fault)
    }

    /// What stands behind each stored JSON message, so that a page is an array but for its
    /// brackets.
    private static let messageSeparator = UInt8(ascii: ",")
}
