import Testing
import VarveIndex
import VarvePlatform

/// Random operations on every form against a plain dictionary.
@Suite struct IndexPropertyTests {
    @Test(arguments: IndexKind.allCases, 0..<4 as Range<UInt64>)
    func everyFormDoesWhatADictionaryDoes(kind: IndexKind, seed: UInt64) throws {
        var options = RocksIndexOptions()
        // Small, so that flushing and compaction happen within the test.
        options.writeBufferBytes = 64 << 10
        let tested = try IndexUnderTest(kind, options: options)
        let random = SeededRandom(seed: seed)
        var index: (any OrderedIndex)? = try tested.open()
        var model: [[UInt8]: [UInt8]] = [:]
        var snapshots: [(reader: any IndexReader, model: [[UInt8]: [UInt8]])] = []
        for step in 0..<400 {
            switch random.next(below: 20) {
            case 0:
                try index?.flush()
            case 1:
                snapshots = []
                index = nil
                index = try tested.open()
            case 2:
                let open = try #require(index)
                snapshots.append((try open.snapshot(), model))
            case 3:
                try ingest(into: try #require(index), &model, random)
            default:
                try write(to: try #require(index), &model, random)
            }
            let open = try #require(index)
            try compareRange(of: open, model, random)
            try compareKey(of: open, model, random)
            for snapshot in snapshots where step % 16 == 0 {
                try compareRange(of: snapshot.reader, snapshot.model, random)
                try compareKey(of: snapshot.reader, snapshot.model, random)
            }
        }
        #expect(try index?.contents() == model)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func theTableKeepsItsInvariants(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        var table = MemoryTable()
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<300 {
            let batch = try randomBatch(&model, random)
            table.apply(batch)
            table.checkInvariants()
            #expect(table.count == model.count)
        }
    }

    private func randomKey(_ random: SeededRandom) -> [UInt8] {
        (0...random.next(below: 3)).map { _ in UInt8([0, 1, 7, 0x80, 0xff][random.next(below: 5)]) }
            + (random.next(below: 2) == 0 ? [] : [UInt8(random.next(below: 256))])
    }

    private func randomRange(_ random: SeededRandom) -> IndexRange {
        switch random.next(below: 4) {
        case 0: IndexRange(prefix: randomKey(random))
        case 1: IndexRange(from: randomKey(random), before: nil)
        case 2: IndexRange(from: [], before: randomKey(random))
        default: IndexRange(from: randomKey(random), before: randomKey(random))
        }
    }

    private func contains(_ range: IndexRange, _ key: [UInt8]) -> Bool {
        let isAbove = !key.lexicographicallyPrecedes(range.from)
        guard let before = range.before else { return isAbove }
        return isAbove && key.lexicographicallyPrecedes(before)
    }

    private func randomBatch(
        _ model: inout [[UInt8]: [UInt8]], _ random: SeededRandom
    ) throws -> IndexBatch {
        var batch = IndexBatch()
        for _ in 0..<random.next(below: 30) {
            let key = randomKey(random)
            switch random.next(below: 40) {
            case 0:
                let range = randomRange(random)
                try batch.deleteRange(range)
                model = model.filter { !contains(range, $0.key) }
            case 1..<12:
                try batch.delete(key)
                model[key] = nil
            default:
                let value = [UInt8](
                    repeating: UInt8(random.next(below: 256)), count: random.next(below: 200))
                try batch.put(key, value)
                model[key] = value
            }
        }
        return batch
    }

    private func write(
        to index: any OrderedIndex, _ model: inout [[UInt8]: [UInt8]], _ random: SeededRandom
    ) throws {
        let batch = try randomBatch(&model, random)
        try index.write(batch)
    }

    private func ingest(
        into index: any OrderedIndex, _ model: inout [[UInt8]: [UInt8]], _ random: SeededRandom
    ) throws {
        let keys = Set((0..<random.next(below: 50)).map { _ in randomKey(random) })
        var batch = IndexBatch()
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            try batch.put(key, key)
            model[key] = key
        }
        try index.ingest(batch)
    }

    private func compareRange(
        of reader: any IndexReader, _ model: [[UInt8]: [UInt8]], _ random: SeededRandom
    ) throws {
        let range = randomRange(random)
        var expected = model.filter { contains(range, $0.key) }.sorted {
            $0.key.lexicographicallyPrecedes($1.key)
        }
        let order: ScanOrder = random.next(below: 2) == 0 ? .ascending : .descending
        if order == .descending { expected.reverse() }
        var found: [(key: [UInt8], value: [UInt8])] = []
        let end = try reader.scan(range, order, waiting: true) { key, value in
            found.append((Array(key), Array(value)))
            return true
        }
        #expect(end == .exhausted)
        #expect(found.map(\.key) == expected.map(\.key))
        #expect(found.map(\.value) == expected.map(\.value))
    }

    private func compareKey(
        of reader: any IndexReader, _ model: [[UInt8]: [UInt8]], _ random: SeededRandom
    ) throws {
        let key = randomKey(random)
        #expect(try reader.value(of: key) == model[key])
    }
}
