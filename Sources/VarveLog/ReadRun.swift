/// A run of whole records, found but not yet copied: where its bytes lie in the journal.
///
/// Holds no lock and no memory block; `slices` and `gather` look for the bytes when they are
/// called.
package struct ReadRun: Sendable {
    /// A stretch of the run that is contiguous in a file.
    struct Piece: Sendable {
        var file: UInt32
        var byte: UInt32
        var count: Int
    }

    /// Where the run begins.
    package internal(set) var start: StreamPosition
    /// Where it ends: a boundary between records.
    package internal(set) var end: StreamPosition
    /// True when nothing that is durable lies behind it.
    package internal(set) var reachesTail: Bool
    /// The stored bytes, separators included.
    package var byteCount: Int { Int(end.byte - first.byte) }

    /// Where it begins, the earlier runs included.
    package var first: StreamPosition { earlier.first?.start ?? start }

    /// What comes first: the runs of the sources that a fork reads through, in order.
    var earlier: [ReadRun] = []
    let pieces: ContiguousArray<Piece>
    let bytes: JournalBytes

    /// The mean number of bytes that lie together: small ones are better gathered than sent apart.
    package var meanPieceBytes: Int {
        let count = earlier.reduce(pieces.count) { $0 + $1.pieces.count }
        return count == 0 ? 0 : byteCount / count
    }

    /// The run as slices: memory that is kept as long as its owner is held, or a place in a file.
    package var slices: [ReadSlice] {
        get throws(LogError) {
            var result: [ReadSlice] = []
            result.reserveCapacity(pieces.count)
            for run in earlier { result += try run.slices }
            for piece in pieces {
                if let found = bytes.journal.findInMemory(
                    file: piece.file, byte: piece.byte, count: piece.count)
                {
                    result.append(.memory(owner: found.block, bytes: found.bytes))
                } else {
                    result.append(
                        .file(
                            try bytes.files.file(piece.file), offset: UInt64(piece.byte),
                            count: piece.count))
                }
            }
            return result
        }
    }

    /// Copies the whole run into `buffer`, which has `byteCount` bytes, without waiting for a disk.
    ///
    /// False when that is not possible; what `buffer` holds then is undefined.
    package func gather(into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Bool {
        try copy(into: buffer, blocking: false)
    }

    /// The same, waiting for the disk if need be; for threads that may.
    package func gatherBlocking(into buffer: UnsafeMutableRawBufferPointer) throws(LogError) {
        _ = try copy(into: buffer, blocking: true)
    }

    private func copy(
        into buffer: UnsafeMutableRawBufferPointer, blocking: Bool
    ) throws(LogError) -> Bool {
        precondition(buffer.count >= byteCount, "the buffer takes the whole run")
        var filled = 0
        for run in earlier {
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            guard try run.copy(into: target, blocking: blocking) else { return false }
            filled += run.byteCount
        }
        for piece in pieces {
            let target = UnsafeMutableRawBufferPointer(
                rebasing: buffer[filled..<filled + piece.count])
            guard
                try bytes.read(
                    file: piece.file, byte: piece.byte, into: target, blocking: blocking)
            else { return false }
            filled += piece.count
        }
        return true
    }
}

/// A stretch of a run, ready to be sent.
package enum ReadSlice: @unchecked Sendable {
    // Sendable: the bytes are never written again while the owner is held.
    /// Bytes in memory, valid while `owner` is held.
    case memory(owner: AnyObject, bytes: UnsafeRawBufferPointer)
    /// Bytes in a journal file.
    case file(JournalFile, offset: UInt64, count: Int)
}

/// What a small read copied.
package struct SmallRead: Sendable {
    /// Where the run begins.
    package let start: StreamPosition
    /// Where it ends.
    package let end: StreamPosition
    /// True when nothing that is durable lies behind it.
    package let reachesTail: Bool
    /// The bytes that were copied.
    package let byteCount: Int
}
