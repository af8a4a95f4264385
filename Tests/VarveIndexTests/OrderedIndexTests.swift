import Testing
import VarveIndex

/// What every form of the index does with keys, ranges and batches.
@Suite struct OrderedIndexTests {
    @Test(arguments: IndexKind.allCases)
    func keysComeInTheOrderOfTheirBytes(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        let keys: [[UInt8]] = [[0xff, 0], [0], [1, 2, 3], [0xff], [1, 2], [0, 0], [0x80], [2]]
        var batch = IndexBatch()
        for key in keys { try batch.put(key, []) }
        try index.write(batch)
        var found: [[UInt8]] = []
        try index.scan(.all) { key, value in
            #expect(value.isEmpty)
            found.append(Array(key))
            return true
        }
        #expect(found == [[0], [0, 0], [1, 2], [1, 2, 3], [2], [0x80], [0xff], [0xff, 0]])
    }

    @Test(arguments: IndexKind.allCases)
    func theLastValueWrittenIsTheOneRead(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1", "a": "2"])
        #expect(try index.text("a") == "2")
        try index.flush()
        try index.put(["a": "3"])
        #expect(try index.list() == ["a=3", "b=1"])
        #expect(try index.text("c") == nil)
    }

    @Test(arguments: IndexKind.allCases)
    func aDeletedKeyIsAbsentUntilItIsWrittenAgain(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1"])
        try index.flush()
        try index.delete("a", "never there")
        #expect(try index.text("a") == nil)
        #expect(try index.list() == ["b=1"])
        try index.put(["a": "2"])
        #expect(try index.list() == ["a=2", "b=1"])
    }

    @Test(arguments: IndexKind.allCases)
    func operationsOfABatchCountInTheirOrder(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        var batch = IndexBatch()
        try batch.put([1], [1])
        try batch.deleteRange(.all)
        try batch.put([2], [2])
        try batch.delete([2])
        try batch.put([3], [3])
        let count = batch.count
        #expect(count == 5)
        try index.write(batch)
        #expect(try index.contents() == [[3]: [3]])
        batch.clear()
        let isEmpty = batch.isEmpty
        #expect(isEmpty)
        try index.write(batch)
        try batch.put([4], [4])
        try index.write(batch)
        #expect(try index.contents() == [[3]: [3], [4]: [4]])
    }

    @Test(arguments: IndexKind.allCases, [false, true])
    func aRangeDeletionRemovesItsKeysAndNoOthers(kind: IndexKind, flushed: Bool) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1", "ba": "1", "c": "1", "d": "1"])
        if flushed { try index.flush() }
        try index.deleteRange(IndexRange("b", "c"))
        #expect(try index.list() == ["a=1", "c=1", "d=1"])
        #expect(try index.text("ba") == nil)
        try index.deleteRange(IndexRange("d", "a"))
        #expect(try index.list() == ["a=1", "c=1", "d=1"])
        try index.put(["b": "2"])
        try index.deleteRange(IndexRange("c", nil))
        #expect(try index.list() == ["a=1", "b=2"])
        try index.deleteRange(.all)
        #expect(try index.list() == [])
    }

    @Test(arguments: IndexKind.allCases)
    func aScanHasTheKeysWithinItsBoundsBothWays(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1", "b/1": "1"])
        try index.flush()
        try index.put(["b/2": "1", "b0": "1", "c": "1"])
        let ranges: [(IndexRange, [String])] = [
            (.all, ["a", "b", "b/1", "b/2", "b0", "c"]),
            (IndexRange("b", "c"), ["b", "b/1", "b/2", "b0"]),
            (IndexRange("b/", nil), ["b/1", "b/2", "b0", "c"]),
            (IndexRange("", "b"), ["a"]),
            (IndexRange(prefix: "b/"), ["b/1", "b/2"]),
            (IndexRange(prefix: "b"), ["b", "b/1", "b/2", "b0"]),
            (IndexRange(prefix: "x"), []),
            (IndexRange("c", "b"), []),
            (IndexRange("b", "b"), []),
        ]
        for (range, keys) in ranges {
            let expected = keys.map { "\($0)=1" }
            #expect(try index.list(range) == expected)
            #expect(try index.list(range, .descending) == expected.reversed())
        }
    }

    @Test(arguments: IndexKind.allCases, [ScanOrder.ascending, .descending])
    func aScanEndsWhenItsBodySaysSo(kind: IndexKind, order: ScanOrder) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1", "b": "1", "c": "1"])
        var found: [UInt8] = []
        let end = try index.scan(.all, order, waiting: true) { key, _ in
            found.append(key[0])
            return found.count < 2
        }
        #expect(end == .stopped)
        #expect(found == Array((order == .ascending ? "ab" : "cb").utf8))
    }

    @Test(arguments: IndexKind.allCases)
    func whatIsInMemoryIsFoundWithoutWaiting(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        try index.put(["a": "1"])
        var value: [UInt8] = []
        let lookup = try Array("a".utf8).withUnsafeBytes { key in
            try index.get(key, waiting: false) { value = Array($0) }
        }
        #expect(lookup == .found)
        #expect(value == Array("1".utf8))
        let end = try index.scan(.all, .ascending, waiting: false) { _, _ in true }
        #expect(end == .exhausted)
    }

    @Test(arguments: IndexKind.allCases)
    func keysAndValuesBeyondTheLimitsAreRefused(kind: IndexKind) throws {
        let index = try IndexUnderTest(kind).open()
        let longest = [UInt8](repeating: 0xff, count: IndexLimits.keyBytesMax)
        var batch = IndexBatch()
        try batch.put(longest, [1])
        #expect(failure { try batch.put([], [1]) } == .invalidKey(byteCount: 0))
        #expect(failure { try batch.delete([]) } == .invalidKey(byteCount: 0))
        let tooLong = longest + [0]
        #expect(
            failure { try batch.put(tooLong, []) } == .invalidKey(byteCount: tooLong.count))
        let range = IndexRange(from: tooLong, before: nil)
        #expect(
            failure { try batch.deleteRange(range) } == .invalidKey(byteCount: tooLong.count))
        let value = [UInt8](repeating: 0, count: IndexLimits.valueBytesMax + 1)
        #expect(
            failure { try batch.put([1], value) } == .valueTooLarge(byteCount: value.count))
        #expect(failure { _ = try index.value(of: []) } == .invalidKey(byteCount: 0))
        let count = batch.count
        #expect(count == 1)
        try index.write(batch)
        #expect(try index.contents() == [longest: [1]])
        try index.deleteRange(IndexRange(from: longest, before: nil))
        #expect(try index.contents() == [:])
    }

    @Test func aBatchHasALimit() throws {
        var batch = IndexBatch()
        let value = [UInt8](repeating: 0, count: IndexLimits.valueBytesMax - 100)
        let fitting = IndexLimits.batchBytesMax / IndexLimits.valueBytesMax
        for number in 0..<fitting { try batch.put([UInt8(number)], value) }
        let error = failure { try batch.put([UInt8(fitting)], value) }
        guard case .batchTooLarge = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let count = batch.count
        #expect(count == fitting)
        let byteCount = batch.byteCount
        #expect(byteCount <= IndexLimits.batchBytesMax)
    }
}
