import ServerProcess
import Testing
import VarveIndex
import VarveLog
import VarvePlatform
import VarveStorage
import VarveStreams

@testable import VarveStore

/// Streams and the store on one log, as a server has them.
@Suite struct SharedLogTests {
    private func withBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows
        -> R
    {
        try Array(text.utf8).withUnsafeBytes(body)
    }

    private func create(_ name: String, in engine: StreamEngine) throws {
        let content = Array("hello".utf8)
        try content.withUnsafeBytes { content in
            try withBytes(name) { name in
                var command = CreateCommand(name: name)
                command.content = .body(content)
                _ = try engine.create(command, blocking: true)
            }
        }
    }

    private func names(_ engine: StreamEngine) throws -> [String] {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        return try engine.list(prefix: none, after: nil, limit: 10).summaries.map(\.name)
    }

    @Test("Streams know nothing of a store on their log, before and behind settling and restarts")
    func streamsKnowNothingOfTheStore() throws {
        let volume = MemoryVolume()
        let indexes = MemoryIndexSource()
        for round in UInt64(1)...3 {
            let engine = try StreamEngine.open(
                volume: volume, logOptions: StoreOptions.small.log, clock: ManualClock(),
                random: SeededRandom(seed: round))
            #expect(engine.streamCount == Int(round - 1))
            #expect(engine.totalBytes == 5 * (round - 1))
            let store = try Store(on: engine.log, indexes: indexes, options: .small)
            #expect(store.currentSequence == round - 1)
            try create("s\(round)", in: engine)
            _ = try store.putBatch([StoreEntry("k\(round)", "v")])
            if round == 2 { try engine.log.settle() }
            #expect(engine.streamCount == Int(round))
            #expect(engine.totalBytes == 5 * round)
            #expect(try names(engine) == (1...round).map { "s\($0)" })
            #expect(
                try withBytes(StoreStream.batchesName) { try engine.find($0, blocking: true) }
                    == nil)
            #expect(throws: StreamRefusal.self) { try create(StoreStream.batchesName, in: engine) }
            #expect(throws: StreamRefusal.self) {
                _ = try withBytes(StoreStream.batchesName) { try engine.delete($0, blocking: true) }
            }
            store.close()
            engine.close()
        }
    }

    @Test("A store alone does not open a log with streams that it would spoil, and changes nothing")
    func aStoreAloneLeavesStreamsAlone() throws {
        let directory = try TemporaryDirectory()
        func open(_ seed: UInt64) throws -> StreamEngine {
            try StreamEngine.open(
                volume: try FileVolume(rootDirectory: directory.path),
                logOptions: StoreOptions.small.log, clock: ManualClock(),
                random: SeededRandom(seed: seed))
        }
        // A stream that is not settled, as the death of a server leaves it.
        var engine = try open(1)
        try create("s", in: engine)
        engine.close()
        let before = try DirectoryDigest(of: directory.path)
        #expect(throws: StoreError.log(.foreignStream(name: "s"))) {
            try Store.open(directory: directory.path)
        }
        #expect(try DirectoryDigest(of: directory.path) == before)
        engine = try open(2)
        #expect(try names(engine) == ["s"])
        try engine.log.settle()
        engine.close()
        // What is settled it leaves as it is.
        let store = try Store.open(directory: directory.path, options: .small)
        #expect(try store.putBatch([StoreEntry("k", "v")]) == 1)
        try store.log.settle()
        store.close()
        engine = try open(3)
        #expect(try names(engine) == ["s"])
        #expect(engine.totalBytes == 5)
        engine.close()
    }
}
