import Testing
import VarveBytes
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

/// A log over a disk that fails and loses power, and the model of what must be in it.
final class LogWorkload {
    private(set) var model = LogModel()
    let disk = SimulatedVolume()
    let plan: FaultPlan
    private let random: SeededRandom
    private let volume: FaultyVolume
    private(set) var log: EventLog?
    private var openings: UInt64 = 0
    private var number = 0

    private let fileBytes: Int
    private let largeBytes: Int

    /// - Parameter isLarge: with records of several frames, and files that take them.
    init(seed: UInt64, isLarge: Bool = false) {
        fileBytes = isLarge ? 1 << 20 : 128 << 10
        largeBytes = isLarge ? 600_000 : 70_000
        random = SeededRandom(seed: seed)
        plan = FaultPlan(seed: seed)
        volume = FaultyVolume(disk, plan: plan)
    }

    private var options: LogOptions {
        var options = LogOptions()
        options.fileBytes = fileBytes
        options.sparesMax = 1
        options.windowBytes = 1
        options.idleMarkMilliseconds = nil
        return options
    }

    /// Opens the log; what it throws is up to the faults.
    func open() throws {
        openings += 1
        log = try EventLog.open(
            volume: volume, options: options, clock: ManualClock(),
            random: SeededRandom(seed: random.next()), fold: nil)
    }

    /// One random mutation, staged; sometimes waits until it is acknowledged.
    func step() throws {
        guard let log else { return }
        number += 1
        let names = model.contents.keys.sorted()
        let lsn: LSN
        let choice = random.next(below: 20)
        let name = names.isEmpty ? "" : names[random.next(below: names.count)]
        if names.count < 3 || choice == 0 {
            let new = "stream-\(number)"
            let records = batch(upTo: 2)
            lsn = try log.stageCreate(new, records)
            model.staged(.create(name: new, records: records), lsn)
        } else if choice == 1 {
            lsn = try log.stageDelete(name)
            model.staged(.delete(name: name), lsn)
        } else {
            guard model.contents[name]?.isClosed == false else { return }
            let closes = choice == 2
            let records = batch(upTo: 4)
            lsn = try log.stageAppend(name, records, closes: closes)
            model.staged(.append(name: name, records: records, closes: closes), lsn)
        }
        if random.next(below: 3) == 0 {
            try log.waitUntilDurable(lsn)
            model.acknowledge(lsn)
        } else if random.next(below: 2) == 0 {
            log.requestCommit()
        }
    }

    private func batch(upTo count: Int) -> [[UInt8]] {
        (0..<random.next(below: count) + 1).map { index in
            let isLarge = index == 0 && random.next(below: 15) == 0
            let size = isLarge ? largeBytes : random.next(below: 2500)
            var record = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
            if size > 8 { record[size / 2] = UInt8(truncatingIfNeeded: random.next()) }
            return record
        }
    }

    /// Kills the log and takes the disk's power.
    func crash(_ outcome: CrashOutcome) {
        log?.abandon()
        log = nil
        disk.crash(outcome)
    }

    /// Closes the log as a server does that is told to end.
    func close() {
        log?.close()
        // Everything staged was committed, unless something failed before.
        if let log, log.failure == .closed, let last = model.steps.last {
            model.acknowledge(last.lsn)
        }
        log = nil
    }

    /// The recovered log holds everything acknowledged, and of the rest a prefix, whole mutations
    /// only.
    func check() throws {
        let log = try #require(self.log)
        let last = log.durable
        #expect(log.synced == last)
        #expect(last >= model.acknowledged)
        #expect(last == .none || model.steps.contains { $0.lsn == last })
        model.cut(after: last)
        let contents = model.contents
        #expect(try log.streams(limit: Int.max).map(\.name) == contents.keys.sorted())
        for stream in try log.streams(limit: Int.max) {
            let expected = contents[stream.name]
            let (tail, isClosed) = stream.withLock { ($0.tail, $0.isClosed) }
            #expect(expected?.isClosed == isClosed)
            #expect(expected?.records == tail.record)
            #expect(try log.allBytes(of: stream) == expected?.bytes)
            #expect(try log.verify(stream).hash == stream.withLock { $0.head })
            stream.withLock { $0.checkInvariants() }
        }
        let report = try LogVerifier.verify(volume: disk)
        #expect(report.damages == [])
        #expect(report.lastLSN >= last)
    }
}

extension EventLog {
    fileprivate func stageCreate(_ name: String, _ records: [[UInt8]]) throws -> LSN {
        try withMutation(records, closes: false) { mutation in
            try Array(name.utf8).withUnsafeBytes { name in
                try withNamespace { space in try space.create(name, mutation).lsn }
            }
        }
    }

    fileprivate func stageAppend(
        _ name: String, _ records: [[UInt8]], closes: Bool
    ) throws -> LSN {
        let stream = try #require(
            try Array(name.utf8).withUnsafeBytes { try find(name: $0, blocking: true) })
        return try withMutation(records, closes: closes) { mutation in
            try stream.withLock { state in try stage(mutation, on: &state, of: stream) }
        }
    }

    fileprivate func stageDelete(_ name: String) throws -> LSN {
        let stream = try #require(
            try Array(name.utf8).withUnsafeBytes { try find(name: $0, blocking: true) })
        return try withNamespace { space in
            try space.delete(stream, Mutation(wallMilliseconds: 1)).lsn
        }
    }

    fileprivate func allBytes(of stream: LogStream) throws -> [UInt8] {
        var result: [UInt8] = []
        var position = StreamPosition.start
        while true {
            let run = try read(
                stream, from: position, maxBytes: 50_000, through: durable, blocking: true)
            var page = [UInt8](repeating: 0, count: run.byteCount)
            try page.withUnsafeMutableBytes { try run.gatherBlocking(into: $0) }
            result += page
            position = run.end
            if run.reachesTail { return result }
        }
    }

    private func withMutation<R>(
        _ records: [[UInt8]], closes: Bool, _ body: (Mutation) throws -> R
    ) throws -> R {
        var all: [UInt8] = []
        for record in records { all += record }
        return try all.withUnsafeBytes { bytes in
            var parts: [RecordBytes] = []
            var offset = 0
            for record in records {
                let slice = bytes[offset..<offset + record.count]
                parts.append(RecordBytes(UnsafeRawBufferPointer(rebasing: slice)))
                offset += record.count
            }
            if closes {
                let none = UnsafeRawBufferPointer(start: nil, count: 0)
                parts.append(RecordBytes(none, kind: .close))
            }
            return try parts.withUnsafeBufferPointer {
                try body(Mutation(records: $0, isStructural: closes, wallMilliseconds: 1))
            }
        }
    }
}
