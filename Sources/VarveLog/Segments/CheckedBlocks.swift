import VarvePlatform

/// One bit for each block of a segment's data: set once the block's checksum was found right.
///
/// Thread rule: any thread. A block may be checked twice by two threads at once, which is harmless.
struct CheckedBlocks: Sendable {
    private let words: AtomicWords

    /// No block of `count` was checked.
    init(count: Int) {
        words = AtomicWords(count: (count + 63) / 64)
    }

    /// True when the block was found intact.
    func contains(_ block: Int) -> Bool {
        words.load(block / 64) & 1 << UInt64(block % 64) != 0
    }

    /// Remembers that the block is intact.
    func insert(_ block: Int) {
        words.set(1 << UInt64(block % 64), at: block / 64)
    }
}
