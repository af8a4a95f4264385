// A reduction in turns, so that a long one does not keep a thread from everybody else.

import VarveConnect
import VarveIndex
import VarveStore

/// One call's reduction on its way over its rows.
///
/// Thread rule: one thread at a time.
//
// @unchecked Sendable: the threads of a pool use it in turns, and the pool's lock is between them.
final class ReductionRun: @unchecked Sendable {
    /// A reduction, the place it has come to, and the state that it is about.
    typealias Parts = (reduction: Reduction, cursor: ScanCursor, sequence: UInt64)

    /// After so many rows, or so many bytes of them, others have their turn.
    private static let rowsPerTurn = 8192
    private static let bytesPerTurn = 4 << 20

    private var parts: Parts?

    /// A run that has not begun.
    init() {}

    /// Goes on with the next rows, the first time with what `begin` makes: the result when they
    /// were the last, nil when there may be more.
    func turn(
        _ context: StoreWork.Context, _ begin: () throws(ConnectError) -> Parts
    ) throws(ConnectError) -> (values: ReduceResult, sequence: UInt64)? {
        let parts: Parts
        if let begun = self.parts { parts = begun } else { parts = try begin() }
        self.parts = parts
        if !parts.reduction.needsNoRows {
            try context.wrap { () throws(StoreError) in
                try Self.feed(parts.reduction, from: parts.cursor)
            }
            guard parts.cursor.isOver else { return nil }
        }
        // The state is let go with the last row.
        self.parts = nil
        return (parts.reduction.finish(), parts.sequence)
    }

    private static func feed(
        _ reduction: Reduction, from cursor: ScanCursor
    ) throws(StoreError) {
        var fault: StoreError?
        var rows = 0
        var bytes = 0
        try cursor.page { key, value in
            do throws(StoreError) {
                try reduction.feed(key: key, value: value)
            } catch {
                fault = error
                return false
            }
            rows += 1
            bytes += key.count + value.count
            return rows < rowsPerTurn && bytes < bytesPerTurn
        }
        if let fault { throw fault }
    }
}
