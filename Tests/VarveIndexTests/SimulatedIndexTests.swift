import Testing
import VarveIndex
import VarveSimulation

/// What a crash leaves of a simulated index.
@Suite struct SimulatedIndexTests {
    @Test func aCrashLeavesAPrefixOfWholeBatches() throws {
        var counts: Set<Int> = []
        for seed in UInt64(0)..<200 {
            let source = SimulatedIndexSource()
            let index = try source.open("index")
            try write(0..<3, to: index)
            try index.flush()
            try write(3..<8, to: index)
            source.crash(.random(seed: seed))
            let left = try source.open("index").contents()
            // Each batch wrote its own key and the common one.
            let count = left.count - 1
            #expect(count >= 3)
            for batch in 0..<count { #expect(left[[UInt8(batch)]] == [UInt8(batch)]) }
            #expect(left[[0xff]] == [UInt8(count - 1)])
            counts.insert(count)
        }
        #expect(counts == [3, 4, 5, 6, 7, 8])
    }

    @Test func theSameSeedLeavesTheSame() throws {
        func left(_ seed: UInt64) throws -> [[UInt8]: [UInt8]] {
            let source = SimulatedIndexSource()
            try write(0..<50, to: try source.open("index"))
            source.crash(.random(seed: seed))
            return try source.open("index").contents()
        }
        for seed in UInt64(0)..<20 { #expect(try left(seed) == left(seed)) }
    }

    @Test func whatWasFlushedOrIngestedSurvivesTheWorstCrash() throws {
        let source = SimulatedIndexSource()
        let index = try source.open("index")
        try index.put(["a": "1"])
        try index.ingest(["b": "2"])
        try index.put(["c": "3"])
        source.crash(.losingAll)
        #expect(try source.open("index").list() == ["a=1", "b=2"])
    }

    @Test func aCrashOfTheProcessAloneLosesNothing() throws {
        let source = SimulatedIndexSource()
        try source.open("index").put(["a": "1"])
        source.crash(.keepingAll)
        #expect(try source.open("index").list() == ["a=1"])
    }

    @Test func whatWasOpenBeforeACrashIsDead() throws {
        let source = SimulatedIndexSource()
        let old = try source.open("index")
        let oldReader = try source.openReadOnly("index")
        source.crash(.losingAll)
        let new = try source.open("index")
        let dead = IndexError.failed(directory: "index", detail: "it was opened before a crash")
        for index in [old, oldReader] {
            #expect(failure { try index.put(["a": "1"]) } == dead)
            #expect(failure { try index.flush() } == dead)
            #expect(failure { try index.ingest(["a": "1"]) } == dead)
            #expect(failure { _ = try index.list() } == dead)
            #expect(failure { _ = try index.text("a") } == dead)
            #expect(failure { _ = try index.snapshot() } == dead)
            #expect(failure { try index.checkpoint(to: "copy") } == dead)
        }
        #expect(try new.list() == [])
    }

    @Test func aFlushThatFailsPromisesNothing() throws {
        let source = SimulatedIndexSource()
        let index = try source.open("index")
        try index.put(["a": "1"])
        let full = IndexError.outOfSpace(directory: "index")
        source.fail(with: full)
        #expect(failure { try index.flush() } == full)
        #expect(failure { try index.put(["b": "2"]) } == full)
        #expect(try index.list() == ["a=1"])
        source.crash(.losingAll)
        #expect(try source.open("index").list() == [])
    }

    private func write(_ batches: Range<UInt8>, to index: any OrderedIndex) throws {
        for number in batches {
            var batch = IndexBatch()
            try batch.put([number], [number])
            try batch.put([0xff], [number])
            try index.write(batch)
        }
    }
}
