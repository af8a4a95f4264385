// Cuts a growing message head into lines, looking at every byte for a line feed only once.

/// The position of a head parser in its input.
struct LineScanner: Sendable {
    /// What is at the current position.
    enum Outcome {
        /// A complete line, its CR LF left out.
        case line(Range<Int>)
        /// No line end yet, and the limit is not reached.
        case incomplete
        /// The line passes the limit.
        case overflow
        /// The line feed has no carriage return in front.
        case bareLineFeed
    }

    /// Where the current line begins.
    private(set) var lineStart = 0
    /// Up to where there is no line feed.
    private var scanned = 0

    /// Takes the next line of the `count` bytes at `base`, if its line feed lies before `most`.
    /// What is answered depends only on the bytes before `most` and on whether there are more.
    @inline(__always)
    mutating func next(_ base: UnsafeRawPointer, count: Int, before most: Int) -> Outcome {
        let end = min(count, most)
        guard let feed = ByteScan.first(0x0A, in: base, from: scanned, to: end) else {
            scanned = end
            return count > most ? .overflow : .incomplete
        }
        guard feed > lineStart, base.load(fromByteOffset: feed &- 1, as: UInt8.self) == 0x0D
        else { return .bareLineFeed }
        let line = lineStart..<(feed &- 1)
        lineStart = feed &+ 1
        scanned = lineStart
        return .line(line)
    }
}
