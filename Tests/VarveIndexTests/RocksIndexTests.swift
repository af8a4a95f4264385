import ServerProcess
import Testing
import VarveIndex
import VarvePlatform

/// What only the form on disk has: files, their damage, and a disk to wait for.
@Suite struct RocksIndexTests {
    @Test func openingForReadingChangesNothingOnDisk() throws {
        let tested = try filled(1000)
        let before = try DirectoryDigest(of: tested.place(""))
        try {
            let index = try tested.openReadOnly()
            #expect(try index.contents().count == 1000)
            #expect(try index.snapshot().list(IndexRange(prefix: "key 1")).count > 100)
            #expect(failure { _ = try tested.openReadOnly("other") } != nil)
        }()
        #expect(try DirectoryDigest(of: tested.place("")) == before)
    }

    @Test func whatIsOnlyOnDiskIsNotWaitedForUnlessAsked() throws {
        let tested = try filled(1000)
        let index = try tested.open()
        let key = Array("key 5".utf8)
        func look(waiting: Bool) throws -> IndexLookup {
            try key.withUnsafeBytes { try index.get($0, waiting: waiting) { _ in } }
        }
        #expect(try look(waiting: false) == .wouldBlock)
        #expect(try index.scan(.all, .ascending, waiting: false) { _, _ in true } == .wouldBlock)
        #expect(try look(waiting: true) == .found)
        #expect(try look(waiting: false) == .found)
        #expect(try index.contents().count == 1000)
        #expect(try index.scan(.all, .descending, waiting: false) { _, _ in true } == .exhausted)
    }

    @Test func aCopyOfTheFilesAfterAFlushHasEverything() throws {
        let tested = try IndexUnderTest(.rocks)
        let index = try tested.open()
        try index.put(["a": "1", "b": "1"])
        try index.flush()
        try index.ingest(["c": "2"])
        try index.put(["d": "3"])
        try index.flush()
        try index.put(["unflushed": "4"])
        try copy(tested.place("index"), to: tested.place("copy"))
        #expect(try tested.open("copy").list() == ["a=1", "b=1", "c=2", "d=3"])
    }

    @Test func anIngestedRunIsNeverThereWithoutTheBatchesBeforeIt() throws {
        let tested = try IndexUnderTest(.rocks)
        let index = try tested.open()
        try index.put(["a": "1"])
        try index.ingest(["b": "2"])
        try copy(tested.place("index"), to: tested.place("copy"))
        #expect(try tested.open("copy").list() == ["a=1", "b=2"])
    }

    @Test func runsThatACrashLeftAreRemovedAtOpening() throws {
        let tested = try filled(1)
        let leftover = tested.place("index/7.ingest")
        try writeFile(leftover, Array("half a run".utf8))
        let index = try tested.open()
        #expect(!File.exists(leftover))
        try index.ingest(["b": "2"])
        let names = try File.list(tested.place("index"))
        #expect(!names.contains { $0.hasSuffix(".ingest") })
    }

    @Test func aLargeScanKeepsMemoryBounded() throws {
        let tested = try IndexUnderTest(.rocks)
        let index = try tested.open()
        let value = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 151) }
        var batch = IndexBatch()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            batch.clear()
            for _ in 0..<1000 {
                let high = UInt64.random(in: .min ... .max, using: &random)
                var key = [UInt8]()
                withUnsafeBytes(of: high) { key.append(contentsOf: $0) }
                try batch.put(key + key, value)
            }
            try index.write(batch)
        }
        let rocks = try #require((index as? HeldIndex)?.index as? RocksIndex)
        let options = RocksIndexOptions()
        let limit =
            options.cacheBytes + (options.writeBufferCount + 1) * options.writeBufferBytes
            + (4 << 20)
        var count = 0
        var most = 0
        for order in [ScanOrder.ascending, .descending] {
            _ = try index.scan(.all, order, waiting: true) { _, _ in
                count += 1
                if count % 10_000 == 0 { most = max(most, rocks.memoryBytes) }
                return true
            }
        }
        #expect(count == 400_000)
        #expect(most > 0)
        #expect(most < limit)
    }

    @Test func whatRocksWritesForItselfStaysSmall() throws {
        let tested = try filled(1)
        for _ in 0..<10 {
            let index = try tested.open()
            try index.put(["a": "1"])
            try index.flush()
        }
        var bytes: UInt64 = 0
        let names = try File.list(tested.place("index"))
        for name in names where !name.hasSuffix(".sst") {
            let descriptor = try File.open(tested.place("index/\(name)"))
            bytes += try File.size(descriptor.raw)
        }
        #expect(bytes < 256 << 10)
        #expect(names.filter { $0.hasPrefix("LOG") }.count <= 2)
    }

    private func filled(_ count: Int) throws -> IndexUnderTest {
        let tested = try IndexUnderTest(.rocks)
        let index = try tested.open()
        var batch = IndexBatch()
        for number in 0..<count { try batch.put(Array("key \(number)".utf8), [1, 2, 3]) }
        try index.write(batch)
        try index.flush()
        return tested
    }

    /// Copies the files as they are; once more when RocksDB removes one of no use meanwhile.
    private func copy(_ from: String, to: String) throws {
        let isWhole = try Deadline(seconds: 300).wait {
            _ = try RunningProgram.run("/bin/rm", ["-rf", to], directory: "/")
            let result = try RunningProgram.run("/bin/cp", ["-r", from, to], directory: "/")
            return result.ending == .exited(0) && result.errors == ""
        }
        #expect(isWhole)
    }
}
