import Synchronization
import VarvePlatform
import VarveStorage

/// Which operations of a faulty volume fail, and how; it counts them too.
///
/// Thread rule: any thread may call anything, while the volume is used as well.
package final class FaultPlan: Sendable {
    /// A kind of operation that is counted and can fail.
    package enum Operation: Hashable, Sendable, CaseIterable {
        /// Reading a file.
        case read
        /// Writing or appending to a file.
        case write
        /// Making a file's contents durable.
        case sync
        /// Shortening a file.
        case truncate
        /// Opening a file that exists.
        case open
        /// Opening a file that may have to be made.
        case create
        /// Removing, renaming, or making a directory.
        case name
        /// Making names durable.
        case syncDirectory
        /// Taking the space of a file in advance.
        case reserve

        /// True when it can change what is on disk.
        var isChange: Bool { self != .read && self != .open && self != .reserve }
    }

    /// How an operation fails.
    package enum Fault: Equatable, Sendable {
        /// No space is left.
        case outOfSpace
        /// The device reports an error.
        case inputOutput
        /// A read that ends early and says so; a part of the bytes is there. For reads only.
        case shortRead
        /// The operation does nothing and says that it succeeded: a disk that lies.
        case pretending
        /// The process has as many files open as it may.
        case tooManyFiles

        /// The error for it.
        func error(_ operation: Operation, path: String) -> StorageError {
            switch self {
            case .outOfSpace: .outOfSpace(path: path)
            case .shortRead:
                .readPastEnd(path: path, offset: 0, count: 0, size: 0)
            case .inputOutput, .pretending:
                .io(operation: "\(operation)", path: path, code: ErrorNumber.inputOutput)
            case .tooManyFiles:
                .io(operation: "\(operation)", path: path, code: ErrorNumber.tooManyFiles)
            }
        }
    }

    /// A fault that waits for its turn.
    private struct Appointment {
        let operation: Operation
        let fault: Fault
        /// Which of the operations it is about is the first that fails, counted from 1.
        let first: Int
        /// Which is the last.
        let last: Int
        /// Only for files whose name contains this.
        let namePart: String
        /// How many operations it is about were begun.
        var count = 0

        /// Counts an operation if it is about it; true when that one is to fail.
        mutating func meets(_ operation: Operation, _ name: String) -> Bool {
            guard operation == self.operation, namePart.isEmpty || name.contains(namePart) else {
                return false
            }
            count += 1
            return first <= count && count <= last
        }
    }

    private struct State {
        var counts: [Operation: Int] = [:]
        var appointments: [Appointment] = []
        var changeCount = 0
        var changesMax = Int.max
        var refusesImmediateReads = false
        var firedCount = 0
        weak var observer: (any VolumeObserver)?
    }

    private let state = Mutex(State())
    private let random: SeededRandom

    /// A plan in which nothing fails.
    ///
    /// - Parameter seed: decides how much of a failed write is written and what a failed sync
    ///   loses.
    package init(seed: UInt64 = 1) {
        random = SeededRandom(seed: seed)
    }

    /// Makes operations fail: the `turn`th from now (1 is the next) and `count - 1` after it. Only
    /// those on names that contain `namePart` are counted, so what happens to other files in the
    /// background takes nobody's turn.
    package func fail(
        _ operation: Operation, atTurn turn: Int = 1, count: Int = 1, with fault: Fault,
        namesContaining namePart: String = ""
    ) {
        state.withLock { state in
            let (last, overflowed) = turn.addingReportingOverflow(count - 1)
            state.appointments.append(
                Appointment(
                    operation: operation, fault: fault, first: turn,
                    last: overflowed ? .max : last, namePart: namePart))
        }
    }

    /// Lets the next `changes` changes happen and none after them: the moment before a crash.
    package func freeze(afterChanges changes: Int) {
        state.withLock { $0.changesMax = $0.changeCount + changes }
    }

    /// Makes every immediate read say that it would have to wait for a disk, or no longer.
    package func refuseImmediateReads(_ refuses: Bool) {
        state.withLock { $0.refusesImmediateReads = refuses }
    }

    /// Tells `observer`, which is not kept alive, of every operation before it begins.
    package func observe(_ observer: any VolumeObserver) {
        state.withLock { $0.observer = observer }
    }

    /// How many operations failed because of this plan.
    package var firedCount: Int {
        state.withLock { $0.firedCount }
    }

    /// Forgets all faults; the counts stay.
    package func clear() {
        state.withLock { state in
            state.appointments = []
            state.changesMax = .max
            state.refusesImmediateReads = false
        }
    }

    /// How many operations of a kind were begun, failed ones included.
    package func count(of operation: Operation) -> Int {
        state.withLock { $0.counts[operation, default: 0] }
    }

    /// How many operations that change the disk were begun, failed ones included.
    package var changeCount: Int {
        state.withLock { $0.changeCount }
    }

    /// Counts an operation and says how it fails; nil when it does not.
    func begin(_ operation: Operation, _ name: String) -> Fault? {
        // Taking space changes nothing that anybody could see.
        if operation != .reserve { state.withLock { $0.observer }?.willBegin(operation, name) }
        return state.withLock { state in
            state.counts[operation, default: 0] += 1
            if operation.isChange { state.changeCount += 1 }
            let isFrozen = operation.isChange && state.changeCount > state.changesMax
            var appointed: Fault?
            for index in state.appointments.indices
            where state.appointments[index].meets(operation, name) {
                appointed = appointed ?? state.appointments[index].fault
            }
            let fault = isFrozen ? .inputOutput : appointed
            if fault != nil { state.firedCount += 1 }
            return fault
        }
    }

    /// How many changes may happen until the disk stands still; nil when it never will.
    package var changesLeft: Int? {
        state.withLock { $0.changesMax == .max ? nil : max(0, $0.changesMax - $0.changeCount) }
    }

    /// True when the disk may not be touched at all any more.
    var isFrozen: Bool {
        state.withLock { $0.changeCount > $0.changesMax }
    }

    /// True when immediate reads are to say that they would wait.
    var refusesImmediateReads: Bool {
        state.withLock { $0.refusesImmediateReads }
    }

    /// How much of a write of `count` bytes is written before it fails.
    func partWritten(of count: Int) -> Int {
        count == 0 ? 0 : random.next(below: count)
    }

    /// The numbers that decide what a failed sync loses.
    func lossNumbers() -> SeededRandom {
        SeededRandom(seed: random.next())
    }
}
