import VarveLog

/// Batches that were read back from the log for somebody who is far behind, kept for others who
/// are at the same place: bounded in bytes, the oldest read goes first.
///
/// Thread rule: under a lock of the caller's, which may be held while the log is read, so that
/// several who want the same read it once.
struct ColdBatches {
    /// Consecutive batches that one read gave.
    private struct Chunk {
        var images: [BatchImage]
        var bytes: Int
        /// Behind the last of them.
        var end: StreamPosition

        var sequences: Range<UInt64> {
            let first = images.first?.sequence ?? 0
            return first..<first + UInt64(images.count)
        }
    }

    /// How many bytes one read asks for.
    static let readBytes = 1 << 20
    /// How many bytes are kept.
    private static let bytesMax = 8 << 20

    private var chunks: [Chunk] = []
    private var bytes = 0

    /// The batch of that sequence, which is durable, from memory or from the log.
    ///
    /// - Throws: `trimmed`, `corruption`, `io`.
    mutating func find(
        _ sequence: UInt64, in stream: StoreStream
    ) throws(LogError) -> BatchImage {
        if let chunk = chunks.last(where: { $0.sequences.contains(sequence) }) {
            return chunk.images[Int(sequence - chunk.sequences.lowerBound)]
        }
        // Who reads on finds the place where the chunk before ended.
        let before = chunks.last { $0.sequences.upperBound == sequence }
        let start =
            if let before { before.end } else { try stream.position(of: sequence - 1) }
        let chunk = try Self.read(from: start, in: stream)
        keep(chunk)
        guard let first = chunk.images.first else {
            throw .offTheEnd(position: start, tail: chunk.end)
        }
        return first
    }

    private mutating func keep(_ chunk: Chunk) {
        chunks.append(chunk)
        bytes += chunk.bytes
        while bytes > Self.bytesMax, chunks.count > 1 {
            bytes -= chunks.removeFirst().bytes
        }
    }

    private static func read(
        from start: StreamPosition, in stream: StoreStream
    ) throws(LogError) -> Chunk {
        let (memory, end) = try stream.read(
            from: start, bytesMax: readBytes, through: stream.log.durable)
        var images: [BatchImage] = []
        var place = start
        while place.record < end.record {
            let image = try BatchImage(
                decoding: memory, at: Int(place.byte - start.byte), sequence: place.record + 1,
                place: place)
            images.append(image)
            place = StreamPosition(
                record: place.record + 1, byte: place.byte + UInt64(image.byteCount))
        }
        return Chunk(images: images, bytes: memory.bytes.count, end: end)
    }
}
