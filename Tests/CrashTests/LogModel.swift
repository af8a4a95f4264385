import VarveBytes
import VarveLog
import VarvePlatform

/// What a log should hold: every mutation that was staged, in order, and which of them were
/// acknowledged.
struct LogModel {
    /// One mutation.
    enum Step {
        case create(name: String, records: [[UInt8]])
        case append(name: String, records: [[UInt8]], closes: Bool)
        case delete(name: String)
    }

    /// A stream as far as the steps go.
    struct Content: Equatable {
        var bytes: [UInt8] = []
        var records: UInt64 = 0
        var isClosed = false

        mutating func add(_ added: [[UInt8]]) {
            for record in added { bytes += record }
            records += UInt64(added.count)
        }
    }

    /// The steps with the LSN of the last frame of each.
    private(set) var steps: [(step: Step, lsn: LSN)] = []
    /// The streams after all steps.
    private(set) var contents: [String: Content] = [:]
    /// Everything up to here was acknowledged.
    private(set) var acknowledged = LSN.none

    mutating func staged(_ step: Step, _ lsn: LSN) {
        steps.append((step, lsn))
        apply(step)
    }

    mutating func acknowledge(_ lsn: LSN) {
        acknowledged = max(acknowledged, lsn)
    }

    /// Forgets what a crash took: everything behind `lsn`, which must not have been acknowledged.
    mutating func cut(after lsn: LSN) {
        acknowledged = lsn
        guard let last = steps.last, last.lsn > lsn else { return }
        steps.removeAll { $0.lsn > lsn }
        contents = [:]
        for (step, _) in steps { apply(step) }
    }

    private mutating func apply(_ step: Step) {
        switch step {
        case .create(let name, let records):
            contents[name] = Content()
            contents[name]?.add(records)
        case .append(let name, let records, let closes):
            contents[name]?.add(records)
            if closes { contents[name]?.isClosed = true }
        case .delete(let name):
            contents[name] = nil
        }
    }
}
