/// A run of whole records, found but not yet copied: where its bytes lie, first in segments, then
/// in the journal.
///
/// Holds no lock and no memory block; `slices` and `gather` look for the bytes when they are
/// called. The files stay as they are as long as the run is held.
package struct ReadRun: Sendable {
    /// A stretch of the run that lies in a settled run.
    struct SettledPiece: Sendable {
        var run: SettledRun
        /// The position in the stream of the first byte.
        var byte: UInt64
        var count: Int
    }

    /// A stretch of the run that is contiguous in a journal file.
    struct JournalPiece: Sendable {
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
    let settled: ContiguousArray<SettledPiece>
    let journal: ContiguousArray<JournalPiece>
    let bytes: LogBytes
    let pin: ReadPin
    /// What is erased of the stream and may still be in its segments.
    var redactions: [Redaction] = []

    /// The mean number of bytes that lie together: small ones are better gathered than sent apart.
    package var meanPieceBytes: Int {
        let count = earlier.reduce(pieceCount) { $0 + $1.pieceCount }
        return count == 0 ? 0 : byteCount / count
    }

    private var pieceCount: Int { settled.count + journal.count }

    /// Whether some of the bytes lie in a segment.
    package var isPartlySettled: Bool {
        !settled.isEmpty || earlier.contains { $0.isPartlySettled }
    }

    /// The run as slices: memory that is kept as long as its owner is held, or a place in a file.
    /// Nil when a part of it can only be had by `gather`, or not without waiting.
    package var slices: [ReadSlice]? {
        get throws(LogError) {
            var result: [ReadSlice] = []
            result.reserveCapacity(pieceCount)
            for run in earlier {
                guard let slices = try run.slices else { return nil }
                result += slices
            }
            // What the files have is not what readers get.
            guard settled.isEmpty || redactions.isEmpty else { return nil }
            for piece in settled {
                guard let slice = try bytes.slice(piece) else { return nil }
                result.append(slice)
            }
            for piece in journal {
                guard
                    let found = bytes.journal.findInMemory(
                        file: piece.file, byte: piece.byte, count: piece.count)
                else { return nil }
                result.append(.memory(owner: found.block, bytes: found.bytes))
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
        func next(_ count: Int) -> UnsafeMutableRawBufferPointer {
            defer { filled += count }
            return UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
        }
        for run in earlier {
            guard try run.copy(into: next(run.byteCount), blocking: blocking) else { return false }
        }
        for piece in settled {
            let target = next(piece.count)
            guard
                try bytes.read(piece.run, from: piece.byte, into: target, blocking: blocking)
            else { return false }
            guard !redactions.isEmpty else { continue }
            guard let file = try bytes.segment(piece.run.segment, blocking: blocking),
                try file.apply(
                    redactions, to: target, of: piece.run, from: piece.byte, blocking: blocking)
            else { return false }
        }
        for piece in journal {
            let target = next(piece.count)
            guard
                try bytes.read(
                    file: piece.file, byte: piece.byte, into: target, blocking: blocking)
            else { return false }
        }
        return true
    }
}
