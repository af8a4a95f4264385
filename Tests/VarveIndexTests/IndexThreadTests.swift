import Synchronization
import Testing
import VarveIndex
import VarvePlatform

/// One writer and several readers at the same time.
@Suite struct IndexThreadTests {
    @Test(arguments: IndexKind.allCases)
    func readersBesideAWriterSeeWholeBatches(kind: IndexKind) async throws {
        let index = try IndexUnderTest(kind).open()
        let progress = Progress()
        try write(0, to: index)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    repeat {
                        try Self.look(at: index)
                        progress.looks.add(1, ordering: .relaxed)
                    } while !progress.isDone.load(ordering: .acquiring)
                }
            }
            defer { progress.isDone.store(true, ordering: .releasing) }
            for round in 1...200 {
                try write(UInt8(round), to: index)
                if round % 50 == 0 { try index.flush() }
            }
            progress.isDone.store(true, ordering: .releasing)
            try await group.waitForAll()
        }
        let looks = progress.looks.load(ordering: .relaxed)
        #expect(looks >= 3)
        #expect(try index.contents() == Dictionary(uniqueKeysWithValues: keys.map { ($0, [200]) }))
    }

    /// What the threads tell each other.
    private final class Progress: Sendable {
        let isDone = Atomic(false)
        let looks = Atomic(0)
    }

    private var keys: [[UInt8]] { Self.keys }
    private static let keys: [[UInt8]] = (0..<40).map { [UInt8($0), 1] }

    private func write(_ round: UInt8, to index: any OrderedIndex) throws {
        var batch = IndexBatch()
        for key in keys { try batch.put(key, [round]) }
        try index.write(batch)
    }

    /// All keys have the value of one batch, in a scan as in a snapshot.
    private static func look(at index: any OrderedIndex) throws {
        let values = Set(try index.contents().values)
        #expect(values.count == 1)
        let snapshot = try index.snapshot()
        let first = try snapshot.value(of: keys[0])
        #expect(try snapshot.value(of: keys[39]) == first)
    }
}
