import VarveStreams

/// A plain model of streams: dictionaries, no log, no locks.
///
/// Times are exact except after a restart, when a stream with a sliding window may live longer by
/// the slack that the engine documents; the model then knows a range.
struct StreamModel {
    /// One stream.
    struct Stream {
        var type: String
        var window: UInt64?
        var messages: [[UInt8]] = []
        var isClosed = false
        var sequence: String?
        var producers: [String: (epoch: UInt64, sequence: UInt64)] = [:]
        var closing: Producer?
        /// When it is over: certainly not before the lower, certainly from the upper bound on.
        var deadline: ClosedRange<UInt64> = .max ... .max

        /// It is used at `now`.
        mutating func touch(_ now: UInt64) {
            guard let window else { return }
            deadline = (now + window)...max(now + window, deadline.upperBound)
        }
    }

    /// The streams by name, those whose time is over included until someone notices.
    var streams: [String: Stream] = [:]

    /// What an append by a producer must give.
    enum Verdict: Equatable {
        case accepted
        case duplicate
        case refused(StreamStorageError)
    }

    /// What the protocol says of an append to an existing stream; changes it when accepted.
    mutating func append(
        _ name: String, _ messages: [[UInt8]], type: String, producer: Producer?, closes: Bool,
        sequence: String?, now: UInt64
    ) -> Verdict {
        guard var stream = streams[name] else { return .refused(.notFound) }
        let verdict = Self.judge(
            stream, messages, type: type, producer: producer, closes: closes, sequence: sequence)
        if case .refused = verdict { return verdict }
        stream.touch(now)
        if verdict == .accepted {
            stream.messages += messages
            stream.isClosed = closes
            if let sequence { stream.sequence = sequence }
            if let producer {
                stream.producers[producer.id] = (producer.epoch, producer.sequence)
                if closes { stream.closing = producer }
            }
        }
        streams[name] = stream
        return verdict
    }

    private static func judge(
        _ stream: Stream, _ messages: [[UInt8]], type: String, producer: Producer?, closes: Bool,
        sequence: String?
    ) -> Verdict {
        if stream.isClosed {
            if let producer {
                return producer == stream.closing ? .duplicate : .refused(.streamClosed)
            }
            return closes && messages.isEmpty ? .duplicate : .refused(.streamClosed)
        }
        if !messages.isEmpty, type != stream.type { return .refused(.contentTypeMismatch) }
        if let producer {
            let known = stream.producers[producer.id]
            if let known {
                if producer.epoch < known.epoch {
                    return .refused(.epochFenced(current: known.epoch))
                }
                if producer.epoch > known.epoch, producer.sequence > 0 {
                    return .refused(.invalidProducerState)
                }
                if producer.epoch == known.epoch, producer.sequence <= known.sequence {
                    return .duplicate
                }
            }
            let isSameEpoch = known?.epoch == producer.epoch
            let expected = isSameEpoch ? (known?.sequence ?? 0) + 1 : 0
            if producer.sequence != expected {
                return .refused(
                    .sequenceGap(expected: expected, received: producer.sequence))
            }
        }
        if let sequence, let last = stream.sequence,
            !Array(last.utf8).lexicographicallyPrecedes(Array(sequence.utf8))
        {
            return .refused(.sequenceOrderingViolation)
        }
        return .accepted
    }

    /// A restart: streams with a window may live longer by the slack.
    mutating func restart() {
        for (name, stream) in streams {
            guard let window = stream.window else { continue }
            let slack = max(1000, window / 16)
            streams[name]?.deadline =
                stream.deadline.lowerBound...stream.deadline.upperBound + slack
        }
    }
}
