import Testing
import VarvePlatform
import VarveStorage

/// Random operations give the same answers on disk and in memory.
@Suite struct VolumePropertyTests {
    @Test("any sequence of operations has the same results on every kind", arguments: 0..<40)
    func equivalence(seed: UInt64) throws {
        let tests = try VolumeKind.allCases.map { try VolumeUnderTest($0) }
        let traces = tests.map { test in
            // Each volume is driven by the same numbers, and none of them by another's answers.
            var run = RandomRun(volume: test.volume, random: SeededRandom(seed: seed))
            for _ in 0..<150 { run.step() }
            return run.trace
        }
        for trace in traces.dropFirst() {
            for (index, line) in trace.enumerated() where line != traces[0][index] {
                Issue.record("seed \(seed), step \(index): \(traces[0][index]) / \(line)")
                return
            }
            #expect(trace.count == traces[0].count)
        }
    }
}

/// A sequence of random operations on one volume, and what came of each.
private struct RandomRun {
    let volume: any Volume
    let random: SeededRandom
    private(set) var trace: [String] = []
    private var open: [any StorageBackend] = []

    init(volume: any Volume, random: SeededRandom) {
        self.volume = volume
        self.random = random
    }

    /// Does one operation and adds what came of it to the trace.
    mutating func step() {
        switch random.next(below: 4) {
        case 0: nameOperation()
        default: fileOperation()
        }
    }

    private mutating func nameOperation() {
        let names = ["a", "b", "d", "d/a", "d/e", "d/e/f", "../x", ""]
        let name = names[random.next(below: names.count)]
        let other = names[random.next(below: names.count)]
        let operation = random.next(below: 8)
        var opened: (any StorageBackend)?
        var answer = ""
        let volume = volume
        let error = failure {
            switch operation {
            case 0: opened = try volume.open(name, create: .never)
            case 1: opened = try volume.open(name, create: .exclusive)
            case 2: opened = try volume.open(name, create: .ifMissing)
            case 3: answer = try volume.list(name).joined(separator: ",")
            case 4: try volume.remove(name)
            case 5: try volume.rename(name, to: other)
            case 6: try volume.makeDirectory(name)
            default: try volume.syncDirectory(name)
            }
        }
        if let opened { open.append(opened) }
        trace.append("\(operation) \(name) \(other): \(error) \(answer)")
    }

    private mutating func fileOperation() {
        guard !open.isEmpty else { return trace.append("no file") }
        let file = open[random.next(below: open.count)]
        let operation = random.next(below: 6)
        // Mostly within or just around a small file, sometimes across the blocks of memory.
        let scale = random.next(below: 10) == 0 ? 70_000 : 20
        let count = random.next(below: scale)
        let offset = UInt64(random.next(below: scale))
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(offset)) }
        var answer = ""
        let error = failure {
            switch operation {
            case 0: answer = "\(try file.append(bytes))"
            case 1: try file.write([bytes, [1, 2], []], at: offset)
            case 2: answer = "\(try file.bytes(at: offset, count: count))"
            case 3: try file.truncate(to: offset)
            case 4: try file.sync()
            default: answer = "\(try file.allBytes())"
            }
        }
        trace.append("\(operation) \(offset) \(count): \(error) \(answer) \(file.size)")
        (file as? FileBackend)?.checkInvariants()
        (file as? MemoryBackend)?.checkInvariants()
    }
}
