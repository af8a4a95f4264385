import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveStreams

/// A stream engine, usually over memory, with a clock that stands still, and requests written as
/// strings.
final class EngineFixture {
    let volume: any Volume
    let clock = ManualClock()
    let options: StreamOptions
    let residentMax: Int
    private(set) var engine: StreamEngine

    init(
        _ options: StreamOptions = StreamOptions(), volume: any Volume = MemoryVolume(),
        residentMax: Int = LogOptions().residentStreamsMax
    ) throws {
        self.options = options
        self.volume = volume
        self.residentMax = residentMax
        engine = try Self.open(volume, options, clock, residentMax)
    }

    deinit {
        engine.close()
    }

    /// Closes the engine and opens another over the same volume.
    func reopen() throws {
        engine.close()
        engine = try Self.open(volume, options, clock, residentMax)
    }

    /// Ends the engine as a crash does, and opens another over the same volume.
    func crash() throws {
        engine.log.abandon()
        engine = try Self.open(volume, options, clock, residentMax)
    }

    /// Loses power, and opens another engine over what is left on the volume.
    func losePower(_ volume: SimulatedVolume, seed: UInt64) throws {
        engine.log.abandon()
        volume.crash(.random(seed: seed))
        engine = try Self.open(volume, options, clock, residentMax)
    }

    private static func open(
        _ volume: any Volume, _ options: StreamOptions, _ clock: ManualClock, _ residentMax: Int
    ) throws -> StreamEngine {
        var logOptions = LogOptions()
        logOptions.residentStreamsMax = residentMax
        logOptions.fileBytes = 1 << 20
        return try StreamEngine.open(
            volume: volume, logOptions: logOptions, options: options, clock: clock,
            random: SeededRandom(seed: 1))
    }

    /// Makes everything staged durable.
    func commit() throws {
        try engine.log.waitUntilDurable(lastLSN)
    }

    /// Settles everything, so that idle streams leave memory.
    func settle() throws {
        try engine.log.settle()
    }

    /// The greatest LSN of any stream.
    var lastLSN: LSN {
        var last = engine.log.namespace.lastDeletion
        engine.log.forEachResidentStream { stream in
            last = max(last, stream.withLock { $0.lastLSN })
        }
        return last
    }

    // MARK: Requests

    @discardableResult
    func create(
        _ name: String, type: String? = nil, lifetime: StreamLifetime = .unlimited,
        lifetimeText: String = "", closed: Bool = false, body: String = "",
        forkOf source: String? = nil, at offset: StreamPosition? = nil, sub: UInt64 = 0,
        blocking: Bool = true
    ) throws(StreamRefusal) -> CreateOutcome {
        try withBytes(name) { (name) throws(StreamRefusal) in
            try withBytes(type ?? "") { (typeBytes) throws(StreamRefusal) in
                try withBytes(lifetimeText) { (text) throws(StreamRefusal) in
                    try withBytes(body) { (body) throws(StreamRefusal) in
                        var command = CreateCommand(name: name)
                        command.contentType = type == nil ? nil : typeBytes
                        command.lifetime = lifetime
                        command.lifetimeText = text
                        command.isClosed = closed
                        command.content = .body(body)
                        return try withBytes(source ?? "") { (name) throws(StreamRefusal) in
                            if source != nil {
                                command.fork = ForkCommand(
                                    source: name, offset: offset, subOffset: sub)
                            }
                            return try engine.create(command, blocking: blocking)
                        }
                    }
                }
            }
        }
    }

    func find(_ name: String) throws(StreamRefusal) -> Stream {
        try withBytes(name) { (name) throws(StreamRefusal) in
            try engine.lookUp(name, blocking: true)
        }
    }

    @discardableResult
    func append(
        _ name: String, _ body: String = "", type: String? = "application/octet-stream",
        producer: (String, UInt64, UInt64)? = nil, sequence: String? = nil, closes: Bool = false,
        ifMatch: StreamPosition? = nil
    ) throws(StreamRefusal) -> AppendOutcome {
        let stream = try find(name)
        return try withBytes(body) { (body) throws(StreamRefusal) in
            try withBytes(type ?? "") { (typeBytes) throws(StreamRefusal) in
                try withBytes(producer?.0 ?? "") { (id) throws(StreamRefusal) in
                    try withBytes(sequence ?? "") { (value) throws(StreamRefusal) in
                        var command = AppendCommand()
                        command.content = .body(body)
                        command.contentType = type == nil ? nil : typeBytes
                        if let producer {
                            command.producer = ProducerTuple(
                                id: id, epoch: producer.1, sequence: producer.2)
                        }
                        command.sequence = sequence == nil ? nil : value
                        command.closes = closes
                        command.ifMatch = ifMatch
                        return try engine.append(command, to: stream)
                    }
                }
            }
        }
    }

    @discardableResult
    func delete(_ name: String) throws(StreamRefusal) -> LSN {
        try withBytes(name) { (name) throws(StreamRefusal) in
            try engine.delete(name, blocking: true)
        }
    }

    func head(_ name: String) throws(StreamRefusal) -> StreamHead {
        try engine.head(try find(name))
    }

    func read(
        _ name: String, from start: ReadStart = .start, maxBytes: Int = 1 << 20
    ) throws -> (text: String, page: StreamRead) {
        let page = try engine.beginRead(
            try find(name), from: start, maxBytes: maxBytes, blocking: true)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: page.run.byteCount, alignment: 1)
        defer { buffer.deallocate() }
        try page.run.gatherBlocking(into: buffer)
        return (String(decoding: buffer, as: UTF8.self), page)
    }

    /// Everything that can be read now, after a commit.
    func contents(_ name: String) throws -> String {
        try commit()
        return try read(name).text
    }

    /// The error that `body` is refused with; nil when it is not.
    func refusal(_ body: () throws -> Void) -> StreamRefusal? {
        do {
            try body()
            return nil
        } catch {
            return error as? StreamRefusal
        }
    }
}
