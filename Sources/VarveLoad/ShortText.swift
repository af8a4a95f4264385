import VarveBytes

/// A short text of a response that is sent back in a later request: an offset or a cursor.
///
/// Fixed memory, no allocation after the first. Belongs to one connection.
final class ShortText {
    private let memory: UnsafeMutableRawPointer
    private(set) var count = 0

    /// Longer texts are cut: no server's offsets are that long.
    private static let bytesMax = 160

    private let initial: StaticString

    /// The text `initial`.
    init(_ initial: StaticString) {
        self.initial = initial
        memory = .allocate(byteCount: Self.bytesMax, alignment: 8)
        reset()
    }

    /// Takes the first text back.
    func reset() {
        set(UnsafeRawBufferPointer(start: initial.utf8Start, count: initial.utf8CodeUnitCount))
    }

    deinit {
        memory.deallocate()
    }

    /// The bytes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Whether there is no text.
    var isEmpty: Bool { count == 0 }

    /// Replaces the text.
    func set(_ text: UnsafeRawBufferPointer) {
        count = min(text.count, Self.bytesMax)
        if count > 0, let base = text.baseAddress {
            memory.copyMemory(from: base, byteCount: count)
        }
    }

    /// Whether the text is `other`.
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && bytes.elementsEqual(other)
    }
}
