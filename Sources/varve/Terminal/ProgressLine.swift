import VarvePlatform

/// One line on a terminal that is written over as a long operation goes on.
///
/// On anything but a terminal nothing is written.
struct ProgressLine {
    private let isShown: Bool
    private let clock = SystemClock()
    private var shownAt: UInt64 = 0
    private let intervalNanoseconds: UInt64 = 100_000_000

    /// A line that is shown on a terminal, if it is wanted at all.
    init(isWanted: Bool = true) {
        isShown = isWanted && StandardStream.error.isTerminal
    }

    /// Shows `text` unless the line was written a moment ago.
    mutating func show(_ text: @autoclosure () -> String) {
        guard isShown else { return }
        let now = clock.monotonicNanoseconds()
        guard now - shownAt >= intervalNanoseconds else { return }
        shownAt = now
        write("\r\u{1B}[K" + text())
    }

    /// Takes the line away.
    func clear() {
        if isShown, shownAt > 0 { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        // Progress is a courtesy: when it cannot be shown, the work goes on.
        try? StandardStream.error.write(text)
    }
}
