/// What can be read of an index, or of a snapshot of one.
///
/// Keys are in the order of their bytes, a prefix before what it begins. The memory handed to a
/// body is valid until the body returns; no lock is held while it runs.
///
/// Thread rule: any thread may call anything, several at once.
package protocol IndexReader: AnyObject, Sendable {
    /// Looks for `key` and calls `body` with its value, once, when it is there.
    ///
    /// When `waiting` is false the disk is never waited for; the answer may then be `wouldBlock`,
    /// which says nothing about the key. Throws `invalidKey`, and what reading can throw.
    func get(
        _ key: UnsafeRawBufferPointer, waiting: Bool, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(IndexError) -> IndexLookup

    /// Calls `body` with each key in `range` and its value, in `order`, until it returns false.
    ///
    /// All of them are of one moment: when the scan began. When `waiting` is false the disk is
    /// never waited for: the scan ends with `wouldBlock` at the first entry that it would need the
    /// disk for. Memory does not grow with the range.
    func scan(
        _ range: IndexRange, _ order: ScanOrder, waiting: Bool,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd
}

extension IndexReader {
    /// A copy of the value of `key`, nil when there is none; waits for the disk.
    package func value(of key: [UInt8]) throws(IndexError) -> [UInt8]? {
        var value: [UInt8] = []
        let lookup = try key.span.withUnsafeBytes { (key) throws(IndexError) -> IndexLookup in
            try get(key, waiting: true) { value = Array($0) }
        }
        return lookup == .found ? value : nil
    }

    /// Scans upwards, waiting for the disk.
    @discardableResult
    package func scan(
        _ range: IndexRange,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) throws(IndexError) -> ScanEnd {
        try scan(range, .ascending, waiting: true, body)
    }
}
