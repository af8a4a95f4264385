import VarveLog

extension StreamEngine {
    /// Appends to a stream, closes it, or both, in one frame set with the producer's state.
    ///
    /// Without a producer and on a stream that is not JSON it allocates nothing.
    package func append(
        _ command: AppendCommand, to stream: Stream
    ) throws(StreamRefusal) -> AppendOutcome {
        if let fault = command.fault { throw StreamRefusal(fault) }
        let contentType = stream.contentType
        // Closing alone ignores the content type.
        var isOfItsType = true
        if !command.content.isEmpty, let declared = command.contentType {
            isOfItsType = contentType.matches(declared)
        }
        // Content of another type will be refused; it is not looked into.
        let content = isOfItsType ? command.content : .none
        return try withPreparedBody(
            content, of: contentType, closes: command.closes, acceptsEmptyArray: false
        ) { (prepared) throws(StreamRefusal) -> AppendOutcome in
            let now = time.now()
            return try stream.log.withLock { (logState) throws(StreamRefusal) -> AppendOutcome in
                try commit(command, isOfItsType, prepared, stream, &logState, now)
            }
        }
    }

    /// Plans, stages and applies, under the stream's lock.
    private func commit(
        _ command: AppendCommand, _ isOfItsType: Bool, _ body: PreparedBody, _ stream: Stream,
        _ logState: inout LogStreamState, _ now: UInt64
    ) throws(StreamRefusal) -> AppendOutcome {
        let cell = stream.cell
        try requireAlive(stream, logState, now)
        let decision = cell.state.plan(
            command, isOfItsType: isOfItsType, bodyFault: body.fault, tail: logState.tail,
            isClosed: logState.isClosed, producersMax: options.maxProducersPerStream)
        var outcome = AppendOutcome(
            kind: .appended, tail: logState.tail, isClosed: logState.isClosed,
            visibleAt: logState.lastLSN)
        switch decision {
        case .refuse(let error):
            throw StreamRefusal(error, visibleAt: logState.lastLSN, nextOffset: logState.tail)
        case .duplicate(let known):
            outcome.kind = .duplicate
            outcome.set(known)
            outcome.visibleAt = max(
                outcome.visibleAt, touch(stream, cell, &logState, now))
            return outcome
        case .closedAgain(let known):
            outcome.kind = .closedAgain
            if let known { outcome.set(known) }
            outcome.visibleAt = max(
                outcome.visibleAt, touch(stream, cell, &logState, now))
            return outcome
        case .accept:
            break
        }
        let lsn = try stage(command, body, stream, &logState, now)
        outcome.tail = logState.tail
        outcome.isClosed = command.closes
        outcome.visibleAt = lsn
        if command.closes { outcome.kind = command.content.isEmpty ? .closed : .appendedClosed }
        if let producer = command.producer {
            outcome.producerEpoch = producer.epoch
            outcome.producerSequence = producer.sequence
        }
        return outcome
    }

    /// Stages an accepted append and applies it; nothing has changed when it throws.
    private func stage(
        _ command: AppendCommand, _ body: PreparedBody, _ stream: Stream,
        _ logState: inout LogStreamState, _ now: UInt64
    ) throws(StreamRefusal) -> LSN {
        try reserve(
            body.storedBytes, behind: stream.ownBytes(logState), visibleAt: logState.lastLSN)
        let start = logState.tail
        let event = StreamEvent.Append(
            producer: command.producer, sequence: command.sequence, closes: command.closes)
        let lsn: LSN
        do {
            if event.isPlain {
                let mutation = Mutation(
                    records: body.records, separator: body.separator, wallMilliseconds: now)
                lsn = try log.stage(mutation, on: &logState, of: stream.log)
            } else {
                lsn = try Self.withAnnotation(.append(event)) {
                    (annotation) throws(LogError) -> LSN in
                    let mutation = Mutation(
                        annotation: annotation, records: body.records, separator: body.separator,
                        isStructural: command.closes, wallMilliseconds: now)
                    return try log.stage(mutation, on: &logState, of: stream.log)
                }
            }
        } catch {
            quota.release(body.storedBytes)
            throw StreamRefusal(.log(error), visibleAt: logState.lastLSN)
        }
        let cell = stream.cell
        cell.state.apply(event, at: now)
        cell.state.expiry?.touchLSN = lsn
        if cell.state.retention != nil {
            cell.state.applyRecords(at: now, from: start, to: logState.tail)
            retentions.schedule(stream, logState)
        }
        notify(stream, cell, at: lsn)
        return lsn
    }

    /// Tells whoever watches `stream`; under its lock.
    func notify(_ stream: Stream, _ cell: StreamCell, at lsn: LSN) {
        let armed = cell.state.takeArmed()
        if armed != 0 { listeners.notify(armed, stream, at: lsn) }
    }
}

extension AppendCommand {
    /// What is wrong with the request whatever the stream's state.
    fileprivate var fault: StreamError? {
        if content.isEmpty, !closes { return .emptyBody }
        if !content.isEmpty, contentType == nil { return .missingContentType }
        if let sequence, sequence.isEmpty || sequence.count > Self.sequenceBytesMax {
            return .invalidSequence
        }
        if let producer, !producer.isValid { return .invalidProducer }
        return nil
    }
}

extension AppendOutcome {
    /// Takes over what is known of the request's producer.
    fileprivate mutating func set(_ producer: ProducerTable.Producer) {
        producerEpoch = producer.epoch
        producerSequence = producer.sequence
    }
}
