/// Reads several runs of bytes one after the other.
///
/// The memory belongs to the caller and must outlive the cursor.
struct PieceCursor {
    private let pieces: [UnsafeRawBufferPointer]
    private var index = 0
    private var used = 0

    /// A cursor at the first byte of the first run.
    init(_ pieces: [UnsafeRawBufferPointer]) {
        self.pieces = pieces
        skipEmpty()
    }

    /// True when every byte was given out.
    var isAtEnd: Bool { index == pieces.count }

    /// The next bytes, at most `limit`, as far as they are in one run; nil at the end.
    mutating func next(atMost limit: Int) -> UnsafeRawBufferPointer? {
        guard index < pieces.count else { return nil }
        let end = min(pieces[index].count, used + limit)
        let piece = UnsafeRawBufferPointer(rebasing: pieces[index][used..<end])
        used = end
        skipEmpty()
        return piece
    }

    private mutating func skipEmpty() {
        while index < pieces.count, used == pieces[index].count {
            index += 1
            used = 0
        }
    }
}
