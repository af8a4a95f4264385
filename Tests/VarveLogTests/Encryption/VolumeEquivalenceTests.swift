import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Behaviour 15 of the log: in memory, in files, and encrypted in either, a log is the same.
@Suite("Volumes are interchangeable")
struct VolumeEquivalenceTests {
    /// One log in one kind of volume. One thread does everything, so that runs can be compared.
    private final class Subject {
        let base: any Volume
        let key: EncryptionKey?
        let plan = FaultPlan(seed: 77)
        var test: TestLog?

        init(_ base: any Volume, _ key: EncryptionKey?) {
            self.base = base
            self.key = key
        }

        var log: TestLog {
            get throws { try #require(test) }
        }

        func open(seed: UInt64) throws {
            var options = LogOptions.small
            options.workers = .stepped
            let volume: any Volume = key.map { EncryptedVolume(base, key: $0) } ?? base
            test = try TestLog(FaultyVolume(volume, plan: plan), options: options, seed: seed)
            while try log.log.stepPreparer() {}
        }

        /// Does one thing; what became of it, as text.
        func outcome(_ body: (TestLog) throws -> Void) throws -> String {
            do {
                try body(log)
                return "done"
            } catch let error as LogError {
                return error.code
            }
        }

        /// Everything that readers can tell.
        func state() throws -> [String] {
            let test = try log
            var lines: [String] = []
            try test.log.forEachResidentStream { (stream: LogStream) throws in
                let state = stream.withLock { "\($0.tail) \($0.head) \($0.isClosed)" }
                let bytes = try test.bytes(of: stream, pageBytes: 5000)
                let head = try test.log.verify(stream).hash
                lines.append(
                    "\(stream.name) \(stream.incarnation) \(state) \(head) \(bytes.hashValue)")
            }
            return lines
        }
    }

    @Test(
        "identical reads and heads under random operations, reopenings and faults",
        arguments: 1...4 as ClosedRange<UInt64>)
    func operations(seed: UInt64) throws {
        let directories = try [ScratchDirectory(), ScratchDirectory()]
        defer { for directory in directories { directory.remove() } }
        let subjects = [
            Subject(MemoryVolume(), nil),
            Subject(try FileVolume(rootDirectory: directories[0].path), nil),
            Subject(MemoryVolume(), .forTests),
            Subject(try FileVolume(rootDirectory: directories[1].path), .forTests),
        ]
        let random = SeededRandom(seed: seed)
        var opening = seed * 1000
        for subject in subjects { try subject.open(seed: opening) }
        for step in 0..<60 {
            let outcomes = try act(subjects, random, step)
            #expect(Set(outcomes).count == 1, "seed \(seed), step \(step): \(outcomes)")
            let hasFailed = try subjects[0].log.log.failure != nil
            if hasFailed || random.next(below: 12) == 0 {
                let isOrderly = !hasFailed && random.next(below: 2) == 0
                opening += 1
                for subject in subjects {
                    subject.plan.clear()
                    if isOrderly {
                        try subject.log.log.close()
                    } else {
                        try subject.log.log.abandon()
                    }
                    subject.test = nil
                    try subject.open(seed: opening)
                }
            }
            guard step % 6 == 0 else { continue }
            let states = try subjects.map { try $0.state() }
            for state in states { #expect(state == states[0], "seed \(seed), step \(step)") }
        }
        for subject in subjects { try subject.log.log.close() }
        let reports = try subjects.map { subject in
            try LogVerifier.verify(volume: try LogVolume.open(in: subject.base, key: subject.key))
        }
        for report in reports { #expect(report.lines == reports[0].lines) }
        #expect(reports[0].isClean)
        #expect(!reports[0].streams.isEmpty)
    }

    /// Does one random thing in each of the logs.
    private func act(
        _ subjects: [Subject], _ random: SeededRandom, _ step: Int
    ) throws -> [String] {
        let name = "s\(random.next(below: 5))"
        let records = (0..<random.next(below: 4) + 1).map { index in
            pattern(
                random.next(below: random.next(below: 8) == 0 ? 60_000 : 900), seed: step + index)
        }
        let choice = random.next(below: 20)
        let fault = random.next(below: 30)
        return try subjects.map { subject in
            if fault == 0 { subject.plan.fail(.sync, with: .inputOutput) }
            if fault == 1 { subject.plan.fail(.write, with: .outOfSpace) }
            return try subject.outcome { test in
                guard let stream = test.find(name) else {
                    try test.log.waitUntilDurable(
                        test.create(name, records).withLock { $0.lastLSN })
                    return
                }
                switch choice {
                case 0: try test.log.waitUntilDurable(test.delete(stream))
                case 1: try test.append(records, to: stream, closes: true)
                case 2, 3: try test.log.settle()
                case 4: while test.log.stepPreparer() {}
                default: try test.append(records, to: stream)
                }
            }
        }
    }
}
