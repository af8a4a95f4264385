import VarveStreams

/// What the protocol says of an append to a stream.
enum Verdict {
    /// It is carried out.
    case accept
    /// The producer's append was there before.
    case duplicate(ModelStream.Producer)
    /// The stream was closed by this request, or by any when no producer is named.
    case closedAgain(ModelStream.Producer?)
    /// It is refused; the refusal reveals the change `reveals`.
    case refuse(StreamError, reveals: UInt64)
}

extension ModelStream {
    /// What the protocol says of `request`.
    func judge(_ request: AppendRequest) -> Verdict {
        if isClosed { return judgeClosed(request) }
        if !request.body.isEmpty, request.isJSON != isJSON {
            return .refuse(.contentTypeMismatch, reveals: createdLSN)
        }
        if let producer = request.producer {
            if let verdict = judge(producer) { return verdict }
        }
        if let expected = request.ifMatch, expected != tail {
            return .refuse(.preconditionFailed, reveals: tailLSN)
        }
        if let next = request.sequence, let last = sequence,
            !last.utf8.lexicographicallyPrecedes(next.utf8)
        {
            return .refuse(.sequenceConflict, reveals: sequenceLSN)
        }
        return .accept
    }

    private func judgeClosed(_ request: AppendRequest) -> Verdict {
        if let producer = request.producer {
            guard producer == closing else { return .refuse(.streamClosed, reveals: closedLSN) }
            return .closedAgain(producers[producer.id])
        }
        return request.closes && request.body.isEmpty
            ? .closedAgain(nil) : .refuse(.streamClosed, reveals: closedLSN)
    }

    private func judge(_ producer: ProducerRequest) -> Verdict? {
        guard let known = producers[producer.id] else {
            guard producer.sequence > 0 else { return nil }
            return .refuse(
                .producerGap(expected: 0, received: producer.sequence), reveals: createdLSN)
        }
        if producer.epoch < known.epoch {
            return .refuse(.producerFenced(currentEpoch: known.epoch), reveals: known.lsn)
        }
        if producer.epoch > known.epoch {
            return producer.sequence == 0
                ? nil : .refuse(.producerEpochNotAtZero, reveals: known.lsn)
        }
        if producer.sequence <= known.sequence { return .duplicate(known) }
        if producer.sequence == known.sequence + 1 { return nil }
        return .refuse(
            .producerGap(expected: known.sequence + 1, received: producer.sequence),
            reveals: known.lsn)
    }
}
