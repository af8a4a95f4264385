/// Bytes in memory of their own that never change after they were made.
///
/// Thread rule: any thread.
//
// @unchecked Sendable: the memory is written before the initialiser returns, constant then, and
// freed by deinit.
package final class FrozenBytes: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// How many bytes there are.
    package let count: Int

    /// The `count` bytes that `fill` writes into the memory it is given, as far as it does.
    package init<E: Error>(
        count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        self.count = count
        memory = .allocate(byteCount: max(count, 1), alignment: 16)
        try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
    }

    /// The UTF-8 of `text`.
    package convenience init(_ text: String) {
        self.init(count: text.utf8.count) { $0.copyBytes(from: text.utf8) }
    }

    /// The first `count` bytes of `memory`, which was allocated and is this object's from now on.
    package init(adopting memory: UnsafeMutableRawBufferPointer, count: Int) {
        precondition(count <= memory.count, "no more bytes than there is memory")
        self.memory = memory
        self.count = count
    }

    deinit {
        memory.deallocate()
    }

    /// The bytes; valid as long as the object.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[..<count])
    }
}
