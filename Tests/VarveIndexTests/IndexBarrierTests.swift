import ServerProcess
import Synchronization
import Testing
import VarveIndex
import VarveSimulation

/// Indexes that must not be ahead of what they are made from: nothing of them reaches the disk but
/// behind their barrier.
@Suite struct IndexBarrierTests {
    /// What the index is made from: how much of it is written, and how much is on the disk.
    private final class Origin: Sendable {
        private struct State {
            var written = 0
            var synced = 0
            var isFailing = false
        }

        private let state = Mutex(State())

        static let failure = IndexError.failed(directory: "origin", detail: "it cannot be synced")

        /// How much is certain.
        var synced: Int { state.withLock(\.synced) }

        /// Says that so much is written.
        func note(written count: Int) { state.withLock { $0.written = count } }

        /// Lets every barrier fail from now on, or none.
        func fail(_ fails: Bool) { state.withLock { $0.isFailing = fails } }

        /// Makes what is written certain.
        func sync() throws(IndexError) {
            try state.withLock { (state) throws(IndexError) in
                if state.isFailing { throw Self.failure }
                state.synced = state.written
            }
        }
    }

    private let origin = Origin()

    private func source(_ kind: IndexKind) throws -> IndexUnderTest {
        var options = RocksIndexOptions()
        options.writeBufferBytes = 64 << 10
        return try IndexUnderTest(kind, options: options)
    }

    private func open(_ tested: IndexUnderTest) throws -> any OrderedIndex {
        let origin = origin
        return try tested.source.open("index") { () throws(IndexError) in try origin.sync() }
    }

    /// Writes numbered batches of 1 KiB each.
    private func write(_ numbers: ClosedRange<Int>, to index: any OrderedIndex) throws {
        let value = [UInt8](repeating: 0x61, count: 1 << 10)
        for number in numbers {
            origin.note(written: number)
            var batch = IndexBatch()
            try batch.put(key(number), value)
            try index.write(batch)
        }
    }

    private func key(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
    }

    @Test(arguments: [IndexKind.rocks, .simulated])
    func nothingReachesTheDiskWithoutItsBarrier(_ kind: IndexKind) throws {
        let tested = try source(kind)
        origin.fail(true)
        try {
            let index = try open(tested)
            try write(1...400, to: index)
            #expect(try index.contents().count == 400)
            #expect(failure { try index.flush() } == Origin.failure)
            #expect(failure { try index.ingest(["run": "1"]) } == Origin.failure)
            #expect(failure { try index.checkpoint(to: tested.place("copy")) } == Origin.failure)
            #expect(try tested.source.openReadOnly("index").list() == [])
        }()
        #expect(try tested.open().list() == [])
    }

    @Test(arguments: [IndexKind.rocks, .simulated])
    func closingWritesNothingThatWasNotFlushed(_ kind: IndexKind) throws {
        let tested = try source(kind)
        try {
            let index = try open(tested)
            try write(1...1, to: index)
            try index.flush()
            try write(2...3, to: index)
        }()
        #expect(try tested.open().contents().keys.sorted(by: precedes) == [key(1)])
    }

    @Test func fullBuffersAreFlushedBehindTheBarrier() throws {
        let tested = try source(.rocks)
        let index = try open(tested)
        try write(1...400, to: index)
        var found = 0
        // In the background, in a time that is never needed.
        let isThere = Deadline(seconds: 60).wait {
            let count = try? tested.source.openReadOnly("index").contents().count
            found = count ?? 0
            return found > 200
        }
        #expect(isThere)
        #expect(found <= origin.synced)
        #expect(origin.synced < 400)
        #expect(try index.contents().count == 400)
    }

    @Test func aSimulatedCrashLeavesWhatTheBarrierLetPass() throws {
        var counts: Set<Int> = []
        for seed in UInt64(0)..<100 {
            let tested = try source(.simulated)
            let simulated = try #require(tested.source as? SimulatedIndexSource)
            let index = try open(tested)
            try write(1...10, to: index)
            #expect(origin.synced == 8)
            simulated.crash(.random(seed: seed))
            counts.insert(try tested.open().contents().count)
        }
        #expect(counts == Set(0...8))
    }

    @Test(arguments: [IndexKind.rocks, .simulated])
    func flushesRunsAndCopiesPassTheBarrier(_ kind: IndexKind) throws {
        let tested = try source(kind)
        let index = try open(tested)
        try write(1...1, to: index)
        try index.flush()
        #expect(origin.synced == 1)
        try write(2...2, to: index)
        origin.note(written: 3)
        try index.ingest(["run": "3"])
        #expect(origin.synced == 3)
        try write(4...4, to: index)
        try index.checkpoint(to: tested.place("copy"))
        #expect(origin.synced == 4)
        #expect(try tested.open("copy").contents().count == 4)
        #expect(try tested.source.openReadOnly("index").contents().count == 4)
    }

    private func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}
