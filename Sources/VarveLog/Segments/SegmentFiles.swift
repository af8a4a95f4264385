import Synchronization
package import VarveStorage

/// The segments that are open for reading: opened when first needed, at most so many at once.
///
/// Thread rule: any thread. A segment that is dropped here stays open as long as a read holds it.
package final class SegmentFiles: Sendable {
    private struct State {
        var open: [UInt32: SegmentFile] = [:]
        /// Numbers in the order they were opened: the oldest goes first.
        var order: [UInt32] = []
    }

    private let volume: any Volume
    private let openMax: Int
    private let state = Mutex(State())

    /// No segment open yet.
    package init(volume: any Volume, openMax: Int) {
        self.volume = volume
        self.openMax = max(2, openMax)
    }

    /// The segment of that number; opens it, waiting for the disk, if need be.
    package func file(_ number: UInt32) throws(LogError) -> SegmentFile {
        if let file = openFile(number) { return file }
        let file = try SegmentFile.open(volume: volume, number: number)
        return state.withLock { state in
            if let other = state.open[number] { return other }
            if state.order.count >= openMax { state.open[state.order.removeFirst()] = nil }
            state.open[number] = file
            state.order.append(number)
            return file
        }
    }

    /// The segment if it is open: never waits for a disk.
    package func openFile(_ number: UInt32) -> SegmentFile? {
        state.withLock { $0.open[number] }
    }

    /// Closes a segment that is no longer needed; reads that hold it go on.
    package func forget(_ number: UInt32) {
        state.withLock { state in
            state.open[number] = nil
            state.order.removeAll { $0 == number }
        }
    }
}
