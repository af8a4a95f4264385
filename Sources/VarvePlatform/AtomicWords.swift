public import Synchronization

/// A fixed number of atomic words in one piece of memory.
///
/// Thread rule: any thread.
//
// @unchecked Sendable: the words are atomic, and nothing else changes after `init`.
@usableFromInline
package final class AtomicWords: @unchecked Sendable {
    @usableFromInline let words: UnsafeMutableBufferPointer<Atomic<UInt64>>

    /// So many words, all zero.
    package init(count: Int) {
        words = .allocate(capacity: count)
        for index in words.indices { words.initializeElement(at: index, to: Atomic(0)) }
    }

    deinit {
        words.deinitialize()
        words.deallocate()
    }

    /// A word as it is now.
    @inlinable
    package func load(_ index: Int) -> UInt64 {
        words[index].load(ordering: .relaxed)
    }

    /// Changes a word; for a word that one thread alone changes.
    @inlinable
    package func store(_ value: UInt64, at index: Int) {
        words[index].store(value, ordering: .relaxed)
    }

    /// Sets the bits of `mask` in a word.
    @inlinable
    package func set(_ mask: UInt64, at index: Int) {
        words[index].bitwiseOr(mask, ordering: .relaxed)
    }
}
