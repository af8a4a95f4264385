/// Everything a simulation did, in order: its lines as a running hash, and as text if wanted.
///
/// Two runs of one seed have the same lines, or the simulation is not repeatable. Thread rule: the
/// simulation's thread.
final class Trace {
    /// What is kept of it.
    enum Extent {
        /// Nothing, which is fastest.
        case nothing
        /// The hash.
        case hash
        /// The hash and every line.
        case lines
    }

    /// The hash of all lines so far (FNV-1a).
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    /// The lines, when they are kept.
    private(set) var lines: [String] = []
    private let extent: Extent

    /// An empty trace.
    init(_ extent: Extent) {
        self.extent = extent
    }

    /// Adds one line.
    func note(_ makeLine: @autoclosure () -> String) {
        if extent == .nothing { return }
        let line = makeLine()
        for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 10) &* 0x100_0000_01b3
        if extent == .lines { lines.append(line) }
    }
}
