import Testing
import VarveIndex

/// How indexes are opened, shared out and removed.
@Suite struct IndexSourceTests {
    @Test(arguments: IndexKind.allCases)
    func anIndexIsOpenForWritingOnceAtATime(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        let place = tested.place("index")
        try {
            let index = try tested.open()
            #expect(failure { _ = try tested.open() } == .locked(directory: place))
            #expect(
                failure { try tested.source.destroy("index") } == .locked(directory: place))
            try index.put(["a": "1"])
            #expect(try index.text("a") == "1")
        }()
        #expect(try tested.open().text("a") == "1")
    }

    @Test(arguments: IndexKind.allCases)
    func indexesOfOneSourceAreSeparate(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        let first = try tested.open("first")
        let second = try tested.open("second")
        try first.put(["a": "1"])
        try second.put(["a": "2"])
        #expect(try first.list() == ["a=1"])
        #expect(try second.list() == ["a=2"])
    }

    @Test(arguments: IndexKind.allCases)
    func aDestroyedIndexIsGoneAndCanBeMadeAgain(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        try {
            let index = try tested.open()
            try index.put(["a": "1"])
            try index.flush()
        }()
        try tested.source.destroy("index")
        try tested.source.destroy("index")
        #expect(
            failure { _ = try tested.openReadOnly("index") }
                == .notFound(directory: tested.place("index")))
        #expect(try tested.open().list() == [])
    }

    @Test(arguments: IndexKind.allCases)
    func whatIsOpenForReadingRefusesChanges(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        try {
            let index = try tested.open()
            try index.put(["a": "1"])
            try index.flush()
        }()
        let index = try tested.openReadOnly("index")
        let refusal = IndexError.readOnly(directory: tested.place("index"))
        #expect(failure { try index.put(["a": "2"]) } == refusal)
        #expect(failure { try index.ingest(["a": "2"]) } == refusal)
        #expect(failure { try index.checkpoint(to: tested.place("copy")) } == refusal)
        #expect(failure { try index.flush() } == nil)
        #expect(try index.list() == ["a=1"])
        #expect(try index.snapshot().text("a") == "1")
    }

    @Test(arguments: IndexKind.allCases)
    func aReaderBesideTheWriterSeesWhatWasFlushedWhenItOpened(kind: IndexKind) throws {
        let tested = try IndexUnderTest(kind)
        let writer = try tested.open()
        try writer.put(["a": "1"])
        try writer.flush()
        let reader = try tested.openReadOnly("index")
        try writer.put(["a": "2"])
        try writer.flush()
        #expect(try reader.list() == ["a=1"])
        #expect(try writer.list() == ["a=2"])
    }

    @Test(arguments: IndexKind.allCases, ["", ".", "..", "a/b", "/", "a\0"])
    func anIndexHasAPlainName(kind: IndexKind, name: String) throws {
        let tested = try IndexUnderTest(kind)
        #expect(failure { _ = try tested.open(name) } == .invalidName(name))
        #expect(failure { _ = try tested.openReadOnly(name) } == .invalidName(name))
        #expect(failure { try tested.source.destroy(name) } == .invalidName(name))
    }
}
