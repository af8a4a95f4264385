import VarveLog
import VarvePlatform
import VarveStreams

/// What requests are made of.
extension World {
    /// A name, of a stream or of none.
    func name() -> String { "s\(random.next(below: swarm.nameCount))" }

    /// The name of a stream, or any when there is none.
    func existingName() -> String {
        let names = model.names
        return names.isEmpty || chance(5) ? name() : names[random.next(below: names.count)]
    }

    /// How much of a new stream is kept: mostly everything.
    func retention() -> StreamRetention {
        guard chance(swarm.retentionPercent) else { return .everything }
        var retention = StreamRetention()
        if chance(60) { retention.bytes = [0, 1, 500, 5000, 50_000][random.next(below: 5)] }
        if chance(60) { retention.seconds = [0, 1, 5, 30, 100][random.next(below: 5)] }
        return retention
    }

    /// The bytes of one record.
    func recordBytes() -> Int { 1 + random.next(below: swarm.recordBytesMax) }

    /// A body of the usual size, and what is stored of it.
    func content(isJSON: Bool) -> (body: [UInt8], records: [[UInt8]]) {
        let number = result.operations
        if swarm.hasLargeAppends, chance(4), model.byteCount < 6 << 20 {
            return largeContent(isJSON: isJSON)
        }
        guard isJSON else {
            let body = payloads.binary(number, count: recordBytes())
            return (body, [body])
        }
        let messages = 1 + random.next(below: 4)
        return payloads.json(
            number, messages: messages, padding: recordBytes() / messages)
    }

    /// A body of several frames.
    private func largeContent(isJSON: Bool) -> (body: [UInt8], records: [[UInt8]]) {
        let bytes = (260 << 10) + random.next(below: 400 << 10)
        guard isJSON else {
            let body = payloads.binary(result.operations, count: bytes)
            return (body, [body])
        }
        let messages = 2 + random.next(below: 6)
        return payloads.json(result.operations, messages: messages, padding: bytes / messages)
    }
}
