import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("Trimming against a plain model", .timeLimit(.minutes(30)))
struct TrimModelTests {
    @Test("appends, trims, forks, settlings and reopenings in any order", arguments: 1...12)
    func againstAModel(seed: Int) throws {
        let run = try TrimRun(seed: UInt64(seed))
        for step in 0..<80 {
            try run.step()
            if step % 8 == 0 { try run.check() }
        }
        try run.check()
        try run.end()
    }
}

/// A log and what a list of records says that it must be.
private final class TrimRun {
    /// One stream as it must be.
    private struct Model {
        var records: [[UInt8]]
        /// The first record that is visible.
        var first = 0
        var isClosed = false

        /// The borders between the records.
        var borders: [StreamPosition] {
            var borders = [StreamPosition.start]
            for (index, record) in records.enumerated() {
                let byte = borders[index].byte + UInt64(record.count)
                borders.append(StreamPosition(record: UInt64(index) + 1, byte: byte))
            }
            return borders
        }
    }

    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()
    private let random: SeededRandom
    private var test: TestLog
    private var models: [String: Model] = [:]
    private var openings: UInt64 = 1

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        test = try TestLog(volume, indexes: indexes)
    }

    func step() throws {
        let name = models.keys.sorted().randomElement(random)
        switch (random.next(below: 20), name) {
        case (0, _), (_, nil): try create()
        case (1..<9, let name?): try append(to: name)
        case (9..<14, let name?): try trim(name)
        case (14..<16, let name?): try fork(name)
        case (16..<18, _): try test.log.settle()
        case (18, let name?): try close(name)
        default: try reopen()
        }
    }

    private func create() throws {
        let name = "s\(models.count)"
        try test.create(name)
        models[name] = Model(records: [])
    }

    private func append(to name: String) throws {
        guard models[name]?.isClosed == false else { return }
        let records = (0..<random.next(below: 4) + 1).map { _ in
            pattern(random.next(below: 60), seed: random.next(below: 100))
        }
        try test.append(records, to: try stream(name))
        models[name]?.records += records
    }

    private func trim(_ name: String) throws {
        guard let model = models[name] else { return }
        let place = random.next(below: model.records.count + 1)
        try test.log.trim(try stream(name), before: model.borders[place])
        models[name]?.first = max(model.first, place)
    }

    private func fork(_ name: String) throws {
        guard let model = models[name], models.count < 12 else { return }
        let place = random.next(below: model.records.count + 1)
        let border = model.borders[place]
        let source = try stream(name)
        let fork = "s\(models.count)"
        do {
            let point = try test.log.forkPoint(
                of: source, at: border, cut: .none, blocking: true)
            let lsn = try Array(fork.utf8).withUnsafeBytes { bytes in
                try test.log.withNamespace { space in
                    try space.create(bytes, Mutation(wallMilliseconds: 1), at: point).lsn
                }
            }
            try test.log.waitUntilDurable(lsn)
            // Records without bytes lie at one byte: only the number tells the borders apart.
            #expect(border >= model.borders[model.first])
            models[fork] = Model(
                records: Array(model.records[..<place]), first: min(model.first, place))
        } catch LogError.trimmed(let earliest) {
            #expect(earliest == model.borders[model.first] && place < model.first)
        }
    }

    private func close(_ name: String) throws {
        guard random.next(below: 3) == 0 else { return }
        try test.log.closeStream(try stream(name))
        models[name]?.isClosed = true
    }

    private func reopen() throws {
        test.log.close()
        #expect(try LogVerifier.verify(volume: volume).damages == [])
        if random.next(below: 4) == 0 { try indexes.destroy("catalog") }
        openings += 1
        test = try TestLog(volume, indexes: indexes, seed: openings)
    }

    private func stream(_ name: String) throws -> LogStream { try #require(test.find(name)) }

    /// Every stream reads as the model says from every border, and verifies.
    func check() throws {
        for (name, model) in models {
            let stream = try stream(name)
            stream.withLock { $0.checkInvariants() }
            let borders = model.borders
            let start = borders[model.first]
            #expect(stream.withLock { $0.visibleStart } == start, "\(name)")
            for (index, border) in borders.enumerated() {
                if border < start {
                    #expect(throws: LogError.trimmed(earliest: start)) {
                        try test.bytes(of: stream, from: border)
                    }
                } else {
                    let expected = Array(model.records[index...].joined())
                    #expect(
                        try test.bytes(of: stream, from: border, pageBytes: 70) == expected,
                        "\(name) from \(border)")
                }
            }
            #expect(try test.log.verify(stream).hash == test.head(stream), "\(name)")
        }
    }

    func end() throws {
        test.log.close()
        let report = try LogVerifier.verify(volume: volume)
        #expect(report.damages == [])
        #expect(report.streams.count == models.count)
        for stream in report.streams {
            let model = try #require(models[stream.name ?? ""])
            let start = model.borders[model.first]
            #expect(stream.visibleStart ?? .start == start)
            #expect(stream.isIntact)
        }
    }
}

extension [String] {
    fileprivate func randomElement(_ random: SeededRandom) -> String? {
        isEmpty ? nil : self[random.next(below: count)]
    }
}
