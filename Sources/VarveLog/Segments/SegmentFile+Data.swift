import VarveBytes
import VarveStorage

// The bytes of runs: checked once, brought back where they were made smaller.

extension SegmentFile {
    /// Makes sure that the blocks of the data area that have these bytes of the file are intact;
    /// false when that would wait for a disk and `blocking` is false.
    ///
    /// A block is read and checked once as long as the segment is open. Throws `corruption` that
    /// names the block.
    package func checkData(
        offset: UInt64, count: Int, blocking: Bool
    ) throws(LogError) -> Bool {
        guard offset >= SegmentFormat.dataOffset, offset <= dataEnd, count >= 0,
            UInt64(count) <= dataEnd - offset
        else { throw damage(offset, UInt64(clamping: count), "bytes outside the data area") }
        guard count > 0 else { return true }
        let size = UInt64(SegmentFormat.blockBytes)
        let first = Int((offset - SegmentFormat.dataOffset) / size)
        let last = Int((offset - SegmentFormat.dataOffset + UInt64(count) - 1) / size)
        for block in first...last where !checked.contains(block) {
            guard try checkBlock(block, blocking: blocking) else { return false }
            checked.insert(block)
        }
        return true
    }

    /// Fills `buffer` with the bytes of the stream from `byte` on, all of which the run has, as
    /// they were before they were made smaller; false when that would wait for a disk and
    /// `blocking` is false. What is read was checked.
    package func read(
        _ run: SettledRun, from byte: UInt64, into buffer: UnsafeMutableRawBufferPointer,
        blocking: Bool
    ) throws(LogError) -> Bool {
        try check(run)
        guard byte >= run.firstByte, byte <= run.end.byte,
            UInt64(buffer.count) <= run.end.byte - byte
        else {
            throw damage(
                run.dataOffset, run.storedBytes,
                "a read of \(buffer.count) bytes at byte \(byte) of a run that has "
                    + "\(run.firstByte) to \(run.end.byte)")
        }
        guard buffer.count > 0 else { return true }
        if run.encoding == .none {
            let offset = run.dataOffset + (byte - run.firstByte)
            guard try checkData(offset: offset, count: buffer.count, blocking: blocking) else {
                return false
            }
            return try fill(buffer, at: offset, blocking: blocking)
        }
        return try readChunks(run, from: byte, into: buffer, blocking: blocking)
    }

    /// Fills `target`, of the chunk's size, with one chunk of an interval; false when that would
    /// wait.
    func readChunk(
        _ index: Int, of interval: RunInterval, _ run: SettledRun,
        into target: UnsafeMutableRawBufferPointer, blocking: Bool
    ) throws(LogError) -> Bool {
        let chunk = interval.chunk(index)
        precondition(target.count == chunk.bytes, "a chunk's size is known")
        let offset = run.dataOffset + chunk.offset
        guard try checkData(offset: offset, count: chunk.stored, blocking: blocking) else {
            return false
        }
        if chunk.stored == chunk.bytes {
            return try fill(target, at: offset, blocking: blocking)
        }
        let stored = UnsafeMutableRawBufferPointer.allocate(
            byteCount: chunk.stored, alignment: 16)
        defer { stored.deallocate() }
        guard try fill(stored, at: offset, blocking: blocking) else { return false }
        guard
            ChunkDecoder.decode(
                UnsafeRawBufferPointer(stored), as: run.encoding, into: target)
        else {
            throw damage(
                offset, UInt64(chunk.stored),
                "a chunk that does not become the \(chunk.bytes) bytes it stands for")
        }
        return true
    }

    private func readChunks(
        _ run: SettledRun, from byte: UInt64, into buffer: UnsafeMutableRawBufferPointer,
        blocking: Bool
    ) throws(LogError) -> Bool {
        var done = 0
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SegmentFormat.chunkBytesMax, alignment: 16)
        defer { scratch.deallocate() }
        while done < buffer.count {
            let position = byte + UInt64(done)
            guard
                let slot = try slot(of: run, word: 1, atMost: position, blocking: blocking),
                let interval = try interval(of: run, at: slot, blocking: blocking)
            else { return false }
            guard position < interval.end.byte else {
                throw damage(
                    run.tableOffset, UInt64(SegmentFormat.checkpointSlotBytes),
                    "no interval of a run has its byte \(position)")
            }
            let within = Int(position - slot.start.byte)
            for index in within / SegmentFormat.chunkBytesMax..<interval.chunkCount
            where done < buffer.count {
                let skipped =
                    Int(byte + UInt64(done) - slot.start.byte)
                    - index * SegmentFormat.chunkBytesMax
                let chunk = UnsafeMutableRawBufferPointer(
                    rebasing: scratch[..<interval.chunk(index).bytes])
                guard try readChunk(index, of: interval, run, into: chunk, blocking: blocking)
                else { return false }
                let rest = UnsafeRawBufferPointer(rebasing: chunk[skipped...])
                let piece = UnsafeRawBufferPointer(
                    rebasing: rest.prefix(buffer.count - done))
                UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).copyMemory(from: piece)
                done += piece.count
            }
        }
        return true
    }

    private func checkBlock(_ block: Int, blocking: Bool) throws(LogError) -> Bool {
        let size = UInt64(SegmentFormat.blockBytes)
        let offset = SegmentFormat.dataOffset + UInt64(block) * size
        let count = Int(min(size, dataEnd - offset))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 4, alignment: 16)
        defer { buffer.deallocate() }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        let stored = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        let place = footer.checksumsOffset + UInt64(block * SegmentFormat.checksumBytes)
        guard try fill(bytes, at: offset, blocking: blocking),
            try fill(stored, at: place, blocking: blocking)
        else { return false }
        let found = SegmentSeed.data.checksum(
            UnsafeRawBufferPointer(bytes), id: header.id, place: UInt64(block))
        let expected = buffer.start.loadLittleEndian(
            count, as: UInt32.self)
        guard found == expected else {
            throw damage(offset, UInt64(count), "the data does not have its checksum")
        }
        return true
    }

    /// Reads a piece that ends with its checksum and checks it; the piece without the checksum, nil
    /// when that would wait. The caller has checked that `count` is sensible and in the file.
    func checkedPiece(
        at offset: UInt64, count: Int, seed: SegmentSeed, place: UInt64, detail: String,
        blocking: Bool
    ) throws(LogError) -> CheckedPiece? {
        precondition(count >= SegmentFormat.checksumBytes, "a piece has a checksum")
        let size = count - SegmentFormat.checksumBytes
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        let piece = FrozenBytes(adopting: buffer, count: size)
        guard try fill(buffer, at: offset, blocking: blocking) else { return nil }
        let covered = UnsafeRawBufferPointer(rebasing: buffer[..<size])
        let found = seed.checksum(covered, id: header.id, place: place)
        let expected = buffer.start.loadLittleEndian(
            size, as: UInt32.self)
        guard found == expected else {
            throw damage(offset, UInt64(count), "\(detail) does not have its checksum")
        }
        return CheckedPiece(piece)
    }
}
