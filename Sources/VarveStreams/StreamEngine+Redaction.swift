package import VarveLog

extension StreamEngine {
    /// Erases what records of a stream say, for good; it reads as JSON `null`, blanks or zeros of
    /// the same length from then on, after the stream's content type. No use of the stream.
    ///
    /// Waits for disks, and for reads that look into files which must go.
    /// - Parameters:
    ///   - start: where the first of the records begins.
    ///   - count: how many there are.
    ///   - reason: who wants it and why.
    /// - Throws: `notFound`, `deleted`, `offsetBeyondTail`, `offsetNotABoundary`, `trimmed`, `log`.
    package func redact(
        _ stream: Stream, from start: StreamPosition, records count: UInt64, reason: [UInt8]
    ) throws(StreamRefusal) -> RedactionReceipt {
        let now = time.now()
        try stream.log.withLock { (logState) throws(StreamRefusal) in
            try requireAlive(stream, logState, now)
        }
        let type = stream.contentType
        let filler: RedactionFiller = type.isJSON ? .json : type.isText ? .blanks : .zeros
        do {
            return try log.redact(
                stream.log, from: start, records: count, filler: filler, reason: reason)
        } catch {
            let visibleAt = stream.log.withLock { $0.lastLSN }
            switch error {
            case .offTheEnd: throw StreamRefusal(.offsetBeyondTail, visibleAt: visibleAt)
            case .notABoundary: throw StreamRefusal(.offsetNotABoundary, visibleAt: visibleAt)
            case .unknownStream: throw StreamRefusal(.notFound, visibleAt: visibleAt)
            case .trimmed(let earliest):
                throw StreamRefusal(.trimmed, visibleAt: visibleAt, earliestOffset: earliest)
            default: throw StreamRefusal(.log(error), visibleAt: visibleAt)
            }
        }
    }
}
