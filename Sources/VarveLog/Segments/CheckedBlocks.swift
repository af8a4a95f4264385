import Synchronization

/// One bit for each block of a segment's data: set once the block's checksum was found right.
///
/// Thread rule: any thread. A block may be checked twice by two threads at once, which is harmless.
//
// @unchecked Sendable: the words are atomic, and nothing else changes after `init`.
final class CheckedBlocks: @unchecked Sendable {
    private let words: UnsafeMutableBufferPointer<Atomic<UInt64>>

    /// No block of `count` was checked.
    init(count: Int) {
        words = .allocate(capacity: (count + 63) / 64)
        for index in words.indices { words.initializeElement(at: index, to: Atomic(0)) }
    }

    deinit {
        words.deinitialize()
        words.deallocate()
    }

    /// True when the block was found intact.
    func contains(_ block: Int) -> Bool {
        words[block / 64].load(ordering: .relaxed) & 1 << UInt64(block % 64) != 0
    }

    /// Remembers that the block is intact.
    func insert(_ block: Int) {
        words[block / 64].bitwiseOr(1 << UInt64(block % 64), ordering: .relaxed)
    }
}
