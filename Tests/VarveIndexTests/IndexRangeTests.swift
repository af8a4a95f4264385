import Testing
import VarveIndex

/// The ranges that prefixes stand for.
@Suite struct IndexRangeTests {
    @Test(
        arguments: [
            ([], nil), ([1], [2]), ([1, 0xff], [2]), ([0xff], nil), ([0xff, 0xff], nil),
            ([0, 1, 0xfe], [0, 1, 0xff]),
        ] as [([UInt8], [UInt8]?)])
    func aPrefixEndsBeforeTheFirstKeyBehindIt(prefix: [UInt8], before: [UInt8]?) {
        #expect(IndexRange(prefix: prefix) == IndexRange(from: prefix, before: before))
    }

    @Test func aRangeIsEmptyUnlessItsEndIsAboveItsBeginning() {
        #expect(IndexRange(from: [1], before: [1]).isEmpty)
        #expect(IndexRange(from: [2], before: [1]).isEmpty)
        #expect(IndexRange(from: [1], before: []).isEmpty)
        #expect(!IndexRange(from: [1], before: [1, 0]).isEmpty)
        #expect(!IndexRange.all.isEmpty)
    }
}
