import VarveBytes
import VarveIndex
package import VarveLog

/// Comparing an index with one that is made anew from the log.
extension IndexRepair {
    /// Makes the index anew from `log` beside the one that is there, and compares the two row by
    /// row. The one that is there is brought to the log's end first, as a start does; the new one
    /// is removed in the end.
    ///
    /// `log` must be the log that was looked at, opened with the layer above taking part.
    /// - Returns: whether they are the same; if not, the report has the first difference.
    /// - Throws: `index`, `log`; also when the log has not every batch any more.
    package func compare(
        on log: EventLog, in report: inout RepairReport, label: String
    ) throws(StoreError) -> Bool {
        try checkCompleteness()
        let replacement = try replacement(label)
        let (rows, difference) = try comparison(with: replacement, on: log)
        try Store.wrap { () throws(LogError) in try replacement.discard() }
        report.isDryRun = false
        report.actions.append("compare the store's index with its batches: \(rows) rows")
        if let difference { report.findings.append(finding(difference, stopsOpening: false)) }
        return difference == nil
    }

    /// How many rows the new index has, and the first one that differs.
    private func comparison(
        with replacement: IndexReplacement, on log: EventLog
    ) throws(StoreError) -> (rows: UInt64, difference: String?) {
        try Store(on: log, ownsLog: false, options: StoreOptions()).close()
        let made = try Store.wrap { () throws(LogError) in try replacement.begin() }
        try fill(made, from: log)
        guard let found = try open() else { return (0, "it is missing") }
        var (rows, difference) = (0 as UInt64, nil as String?)
        try forEachRow(of: made) { (key, value) throws(IndexError) in
            rows += 1
            difference = try Self.difference(key, expected: value, in: found)
            return difference == nil
        }
        if difference == nil {
            try forEachRow(of: found) { (key, _) throws(IndexError) in
                if try made.get(key, waiting: true, { _ in }) == .absent {
                    difference = "\(Self.name(key)) is there, and no batch that counts has it"
                }
                return difference == nil
            }
        }
        return (rows, difference)
    }

    private func forEachRow(
        of index: any OrderedIndex,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(IndexError) -> Bool
    ) throws(StoreError) {
        var failure: IndexError?
        try StoreIndex.wrapping { () throws(IndexError) in
            _ = try index.scan(.all, .ascending, waiting: true) { key, value in
                do throws(IndexError) {
                    return try body(key, value)
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
        }
    }

    /// What is wrong with the row that should have this value; nil when it has.
    private static func difference(
        _ key: UnsafeRawBufferPointer, expected: UnsafeRawBufferPointer, in found: any OrderedIndex
    ) throws(IndexError) -> String? {
        var difference: String? = "\(name(key)) is missing"
        _ = try found.get(key, waiting: true) { value in
            if value.elementsEqual(expected) {
                difference = nil
            } else {
                difference =
                    "\(name(key)) has \(words(value)), and by the log it has \(words(expected))"
            }
        }
        return difference
    }

    private static func name(_ key: UnsafeRawBufferPointer) -> String {
        key.first == IndexFormat.keyPrefix
            ? "the key \(Hex.string(UnsafeRawBufferPointer(rebasing: key.dropFirst())))"
            : "the index's own row \(Hex.string(key))"
    }

    private static func words(_ value: UnsafeRawBufferPointer) -> String {
        guard let sequence = try? IndexFormat.sequence(of: value) else {
            return "\(value.count) bytes"
        }
        return "\(value.count - IndexFormat.sequenceBytes) bytes of batch \(sequence)"
    }
}
