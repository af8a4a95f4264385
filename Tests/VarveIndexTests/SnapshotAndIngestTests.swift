import Testing
import VarveIndex

/// Views of one moment, and runs and copies as one change.
@Suite struct SnapshotAndIngestTests {
    @Test(arguments: IndexKind.allCases)
    func aSnapshotDoesNotChange(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1", "c": "1"])
        let snapshot = try index.snapshot()
        try index.put(["a": "2", "d": "2"])
        try index.delete("b")
        try index.ingest(["c": "3", "e": "3"])
        try index.flush()
        try index.deleteRange(IndexRange("a", "b"))
        #expect(try snapshot.list() == ["a=1", "b=1", "c=1"])
        #expect(try snapshot.list(.all, .descending) == ["c=1", "b=1", "a=1"])
        #expect(try snapshot.text("b") == "1")
        #expect(try snapshot.text("e") == nil)
        #expect(try index.list() == ["c=3", "d=2", "e=3"])
    }

    @Test(arguments: IndexKind.allCases)
    func aScanIsOfTheMomentItBegan(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "c": "1"])
        var found: [String] = []
        try index.scan(.all) { key, value in
            found.append(String(decoding: key, as: UTF8.self))
            #expect(failure { try index.put(["b": "2", "c": "2"]) } == nil)
            #expect(Array(value) == Array("1".utf8))
            return true
        }
        #expect(found == ["a", "c"])
        #expect(try index.list() == ["a=1", "b=2", "c=2"])
    }

    @Test(arguments: IndexKind.allCases)
    func aSnapshotOutlivesTheIndexItIsOf(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        var index: (any OrderedIndex)? = try tested.open()
        try index?.put(["a": "1"])
        let snapshot = try index?.snapshot()
        index = nil
        #expect(try snapshot?.text("a") == "1")
    }

    @Test(arguments: IndexKind.allCases)
    func anIngestedRunIsVisibleAtOnceAndOverOlderValues(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1"])
        try index.ingest(["b": "2", "c": "2", "d": "2"])
        #expect(try index.list() == ["a=1", "b=2", "c=2", "d=2"])
        try index.put(["c": "3"])
        try index.ingest(["d": "4"])
        try index.ingest([:])
        #expect(try index.list() == ["a=1", "b=2", "c=3", "d=4"])
    }

    @Test(arguments: IndexKind.allCases)
    func aRunThatIsNotSortedChangesNothing(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["z": "1"])
        #expect(failure { try index.ingest(["a": "2", "a": "2"]) } == .unsorted(position: 1))
        #expect(
            failure { try index.ingest(["a": "2", "c": "", "b": ""]) } == .unsorted(position: 2))
        var batch = IndexBatch()
        try batch.delete([1])
        #expect(failure { try index.ingest(batch) } == .unsorted(position: 0))
        #expect(try index.list() == ["z=1"])
    }

    @Test(arguments: IndexKind.allCases)
    func whatWasFlushedIsThereAfterOpeningAgain(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        try {
            let index = try tested.open()
            try index.put(["a": "1", "b": "1"])
            try index.delete("a")
            try index.flush()
            try index.ingest(["c": "2"])
            try index.put(["d": "3"])
            try index.flush()
        }()
        #expect(try tested.open().list() == ["b=1", "c=2", "d=3"])
    }

    @Test(arguments: IndexKind.allCases)
    func aCopyIsWholeAndStandsAlone(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        let index = try tested.open()
        try index.put(["a": "1"])
        try index.flush()
        try index.put(["b": "1"])
        try index.checkpoint(to: tested.place("copy"))
        try index.put(["a": "2"])
        let copy = try tested.open("copy")
        #expect(try copy.list() == ["a=1", "b=1"])
        try copy.put(["c": "3"])
        #expect(try index.list() == ["a=2", "b=1"])
        let place = tested.place("copy")
        #expect(
            failure { try index.checkpoint(to: place) } == .alreadyExists(directory: place))
    }
}
