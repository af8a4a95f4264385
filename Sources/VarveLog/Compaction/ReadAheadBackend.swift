import VarveStorage

/// A file that is read mostly in order, at several places in turn: reads are served from a few
/// large pieces, so that small ones cost no call to the system.
///
/// For reading only. Thread rule: one thread.
//
// @unchecked Sendable: see the thread rule; whoever makes one keeps it to himself.
final class ReadAheadBackend: StorageBackend, @unchecked Sendable {
    private struct Piece {
        var offset: UInt64 = 0
        var count = 0
        var lastUse: UInt64 = 0
        let memory: UnsafeMutableRawBufferPointer
    }

    private static let pieceCount = 3
    private static let pieceBytes = 256 << 10
    private static let alignment: UInt64 = 4096

    private let base: any StorageBackend
    private let onRead: (Int) -> Void
    private var pieces: [Piece] = []
    private var uses: UInt64 = 0

    /// Reads from `base`, and says so many bytes at a time what it has read.
    init(_ base: any StorageBackend, onRead: @escaping (Int) -> Void) {
        self.base = base
        self.onRead = onRead
    }

    deinit {
        pieces.forEach { $0.memory.deallocate() }
    }

    var size: UInt64 { base.size }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) {
        let isInside = offset <= size && UInt64(buffer.count) <= size - offset
        guard isInside, buffer.count <= Self.pieceBytes / 2 else {
            try base.read(at: offset, into: buffer)
            return onRead(buffer.count)
        }
        guard buffer.count > 0 else { return }
        let index = try piece(with: offset, buffer.count)
        let start = Int(offset - pieces[index].offset)
        buffer.copyMemory(
            from: UnsafeRawBufferPointer(
                rebasing: pieces[index].memory[start..<start + buffer.count]))
    }

    /// The piece that has these bytes; reads it in the place of the one used least lately.
    private func piece(with offset: UInt64, _ count: Int) throws(StorageError) -> Int {
        uses += 1
        for index in pieces.indices
        where offset >= pieces[index].offset
            && offset + UInt64(count) <= pieces[index].offset + UInt64(pieces[index].count)
        {
            pieces[index].lastUse = uses
            return index
        }
        if pieces.count < Self.pieceCount {
            pieces.append(
                Piece(memory: .allocate(byteCount: Self.pieceBytes, alignment: 4096)))
        }
        let index = pieces.indices.min { pieces[$0].lastUse < pieces[$1].lastUse } ?? 0
        let begin = offset / Self.alignment * Self.alignment
        let wanted = Int(min(UInt64(Self.pieceBytes), size - begin))
        pieces[index].count = 0
        try base.read(
            at: begin,
            into: UnsafeMutableRawBufferPointer(rebasing: pieces[index].memory[..<wanted]))
        onRead(wanted)
        pieces[index].offset = begin
        pieces[index].count = wanted
        pieces[index].lastUse = uses
        return index
    }

    // MARK: For reading only

    func append(_: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        preconditionFailure("a segment that is merged is not written to")
    }

    func write(
        _: UnsafeBufferPointer<UnsafeRawBufferPointer>, at _: UInt64
    ) throws(StorageError) {
        preconditionFailure("a segment that is merged is not written to")
    }

    func flush() throws(StorageError) {}

    func sync() throws(StorageError) {}

    func truncate(to _: UInt64) throws(StorageError) {
        preconditionFailure("a segment that is merged is not written to")
    }
}
