import VarveLog

/// Rebuilds the state of all streams from the events of a log that is being opened.
///
/// Thread rule: called by the thread that opens the log, before anyone else knows of it.
final class StreamFold: LogFold {
    private let contentTypes: ContentTypeTable
    private let time: Timekeeper

    /// A fold that shares content types and the time with the engine to be.
    init(contentTypes: ContentTypeTable, time: Timekeeper) {
        self.contentTypes = contentTypes
        self.time = time
    }

    /// Applies one event; throws `corruption` when it cannot be one of ours.
    func apply(_ mutation: borrowing ReplayedMutation) throws(LogError) {
        time.note(mutation.wallMilliseconds)
        let event: StreamEvent
        do {
            event = try StreamEventCoding.decode(mutation.annotation)
        } catch {
            throw Self.corruption(mutation, "not a stream event")
        }
        switch (mutation.kind, event) {
        case (.create, .create(let creation)):
            let cell = StreamCell(
                creation, contentType: contentTypes.intern(creation.contentType),
                now: mutation.wallMilliseconds)
            mutation.stream.attach(cell)
        case (.append, .append(let append)):
            guard append.closes == mutation.closes else {
                throw Self.corruption(mutation, "its closing and its records disagree")
            }
            try cell(mutation).state.apply(append, at: mutation.wallMilliseconds)
        case (.append, .touch):
            try cell(mutation).state.applyTouch(at: mutation.wallMilliseconds)
        case (.delete, .delete):
            break
        default:
            throw Self.corruption(mutation, "an event of another kind than its frame")
        }
    }

    private func cell(_ mutation: borrowing ReplayedMutation) throws(LogError) -> StreamCell {
        guard let cell = mutation.stream.attachment as? StreamCell else {
            throw Self.corruption(mutation, "an event of a stream that was not created")
        }
        return cell
    }

    private static func corruption(_ mutation: borrowing ReplayedMutation, _ detail: String)
        -> LogError
    {
        .corruption(
            file: "the journal", byte: 0, count: UInt64(mutation.annotation.count),
            detail: "frame set \(mutation.lsn): \(detail)")
    }
}
