// The parts of a connection's output that lie outside its buffer.

/// Pinned slices of output in order, each with its place in the connection's output.
///
/// Not thread-safe: it belongs to one loop.
final class PinnedSlices {
    /// One slice.
    struct Piece {
        /// Where in the connection's output the first unsent byte of the slice is.
        var position: UInt64
        /// The bytes that are not sent yet.
        var slice: BodySlice

        /// Where the slice ends.
        var end: UInt64 { position &+ UInt64(slice.count) }
    }

    @exclusivity(unchecked) private var storage: [Piece] = []
    @exclusivity(unchecked) private var sentCount = 0

    /// The pieces with unsent bytes.
    var pieces: ArraySlice<Piece> { storage[sentCount...] }
    /// Whether there are none.
    var isEmpty: Bool { sentCount == storage.count }

    /// The first piece that lies in a file.
    var firstFile: (position: UInt64, descriptor: Int32, offset: UInt64, count: Int)? {
        for piece in pieces {
            if case .file(let descriptor, let offset) = piece.slice.place {
                return (piece.position, descriptor, offset, piece.slice.count)
            }
        }
        return nil
    }

    /// Whether memory is kept that its owner wants back some time. An open file is cheap to keep.
    var holdsMemory: Bool {
        pieces.contains { $0.slice.owner != nil && $0.slice.bytes != nil }
    }

    /// Adds a piece behind all others.
    func append(_ piece: Piece) {
        storage.append(piece)
    }

    /// Notes that all bytes before `position` were sent, and unpins what is through.
    ///
    /// - Returns: how many bytes of the pieces these were.
    func advance(to position: UInt64) -> Int {
        var passed = 0
        while sentCount < storage.count {
            let piece = storage[sentCount]
            if piece.end > position {
                if position > piece.position {
                    let sent = Int(position &- piece.position)
                    storage[sentCount] = Piece(
                        position: position, slice: piece.slice.dropping(sent))
                    passed &+= sent
                }
                break
            }
            passed &+= piece.slice.count
            storage[sentCount] = Self.nothing
            sentCount += 1
        }
        if sentCount == storage.count {
            storage.removeAll(keepingCapacity: storage.count <= 64)
            sentCount = 0
        }
        return passed
    }

    /// Drops the pieces at and behind `position`, where a piece begins or none is.
    func truncate(to position: UInt64) {
        while let last = storage.last, storage.count > sentCount, last.position >= position {
            storage.removeLast()
        }
    }

    /// Unpins all pieces of memory; whoever calls has copied them.
    func removeMemory() {
        storage = pieces.filter { $0.slice.bytes == nil }
        sentCount = 0
    }

    /// The unsent bytes of all pieces before `position`.
    func byteCount(before position: UInt64) -> Int {
        var sum = 0
        for piece in pieces where piece.position < position { sum += piece.slice.count }
        return sum
    }

    /// The unsent bytes that lie in files.
    var fileByteCount: Int {
        pieces.reduce(0) { $0 + ($1.slice.bytes == nil ? $1.slice.count : 0) }
    }

    /// What stands where a piece was that is through.
    private static var nothing: Piece {
        Piece(
            position: 0,
            slice: BodySlice(owner: nil, bytes: UnsafeRawBufferPointer(start: nil, count: 0)))
    }
}
