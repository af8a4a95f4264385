// The parts of a connection's output that lie outside its buffer.

/// Pinned pieces of output in order, each with its place in the connection's output.
///
/// Not thread-safe: it belongs to one loop.
final class PinnedSlices {
    /// One piece.
    struct Piece {
        /// Where in the connection's output the first unsent byte of the piece is.
        var position: UInt64
        /// What keeps the bytes alive.
        let owner: AnyObject?
        /// The bytes that are not sent yet.
        var bytes: UnsafeRawBufferPointer

        /// Where the piece ends.
        var end: UInt64 { position &+ UInt64(bytes.count) }
    }

    @exclusivity(unchecked) private var storage: [Piece] = []
    @exclusivity(unchecked) private var sentCount = 0

    /// The pieces with unsent bytes.
    var pieces: ArraySlice<Piece> { storage[sentCount...] }
    /// Whether there are none.
    var isEmpty: Bool { sentCount == storage.count }

    /// Adds a piece behind all others.
    func append(_ piece: Piece) {
        storage.append(piece)
    }

    /// Notes that all bytes before `position` were sent, and unpins what is through.
    func advance(to position: UInt64) {
        while sentCount < storage.count {
            if storage[sentCount].end > position {
                let sent = position &- storage[sentCount].position
                if position > storage[sentCount].position {
                    let bytes = storage[sentCount].bytes
                    storage[sentCount].bytes = UnsafeRawBufferPointer(
                        rebasing: bytes[Int(sent)...])
                    storage[sentCount].position = position
                }
                break
            }
            storage[sentCount] = Piece(
                position: 0, owner: nil, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
            sentCount += 1
        }
        if sentCount == storage.count {
            storage.removeAll(keepingCapacity: storage.count <= 64)
            sentCount = 0
        }
    }

    /// Drops the pieces at and behind `position`, where a piece begins or none is.
    func truncate(to position: UInt64) {
        while let last = storage.last, storage.count > sentCount, last.position >= position {
            storage.removeLast()
        }
    }

    /// The unsent bytes of all pieces before `position`.
    func byteCount(before position: UInt64) -> Int {
        var sum = 0
        for piece in pieces where piece.position < position { sum += piece.bytes.count }
        return sum
    }
}
