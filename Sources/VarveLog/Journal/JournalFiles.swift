import Synchronization
import VarveStorage

/// The journal files that are open for reading: opened when first needed, at most so many at once.
///
/// Thread rule: any thread. A file that is dropped here stays open as long as a read holds it.
final class JournalFiles: Sendable {
    private struct State {
        var open: [UInt32: JournalFile] = [:]
        /// Numbers in the order they were opened: the oldest goes first.
        var order: [UInt32] = []
    }

    private let volume: any Volume
    private let openMax: Int
    private let state = Mutex(State())

    /// No file open yet.
    init(volume: any Volume, openMax: Int) {
        self.volume = volume
        self.openMax = max(2, openMax)
    }

    /// Adds a file that is open already.
    func add(_ file: JournalFile) {
        state.withLock { Self.insert(file, into: &$0, limit: openMax) }
    }

    /// The file of that number; opens it if need be.
    func file(_ number: UInt32) throws(LogError) -> JournalFile {
        if let file = state.withLock({ $0.open[number] }) { return file }
        let name = JournalFileName(number: UInt64(number), role: .journal).path
        let file = try LogError.wrapping { () throws(StorageError) in
            JournalFile(number: number, backend: try volume.open(name, create: .never))
        }
        return state.withLock { state in
            if let other = state.open[number] { return other }
            Self.insert(file, into: &state, limit: openMax)
            return file
        }
    }

    /// The file if it is open: never waits for a disk.
    func openFile(_ number: UInt32) -> JournalFile? {
        state.withLock { $0.open[number] }
    }

    /// Forgets a file that the log no longer needs and no read looks into.
    func drop(_ number: UInt32) {
        state.withLock { state in
            guard state.open.removeValue(forKey: number) != nil else { return }
            state.order.removeAll { $0 == number }
        }
    }

    private static func insert(_ file: JournalFile, into state: inout State, limit: Int) {
        if state.order.count >= limit {
            state.open[state.order.removeFirst()] = nil
        }
        state.open[file.number] = file
        state.order.append(file.number)
    }
}
