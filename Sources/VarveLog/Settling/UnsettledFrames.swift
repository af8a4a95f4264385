import VarveBytes

/// The frames of one settling by stream, in the order of the log: small ones as copies, so that
/// nothing is read twice, of others the places.
///
/// Memory is bounded: copies end at a limit, and a place takes 48 bytes. Thread rule: one thread.
final class UnsettledFrames {
    /// One frame's lengths and payload.
    struct Piece {
        /// The next piece of the stream; negative for the last.
        fileprivate(set) var next: Int32 = -1
        /// How many frames the set has of which this is the first; 0 for those behind the first.
        var setFrames: UInt16
        /// How many records begin in the frame.
        var recordCount: Int32
        /// The payload's bytes.
        var payloadBytes: Int32
        /// The number of the journal file.
        var file: UInt32
        /// Where the payload lies in it.
        var byte: UInt32
        /// The chain's head after the set, the lengths, the trailer and the payload; nil when they
        /// have to be read.
        fileprivate(set) var copy: UnsafeRawPointer?
        /// The copy of the next piece, if it has one.
        fileprivate var nextCopy: UnsafeRawPointer?

        /// The chain's head after the set, of a copy.
        func head(_ copy: UnsafeRawPointer) -> ChainHash { ChainHash(loadingFrom: copy) }

        /// The records' lengths, of a copy.
        func lengths(_ copy: UnsafeRawPointer) -> UnsafeRawPointer {
            copy + ChainHash.byteCount
        }

        /// The payload, of a copy.
        func payload(_ copy: UnsafeRawPointer) -> UnsafeRawBufferPointer {
            let offset = Format.lengthEntryBytes * Int(recordCount) + Format.trailerBytes
            return UnsafeRawBufferPointer(
                start: lengths(copy) + offset, count: Int(payloadBytes))
        }
    }

    private struct Chain {
        var first: Int32
        var last: Int32
    }

    /// Larger frames are not copied: to read them again costs little for each byte.
    private static let copyBytesMax = 16 << 10
    private static let blockBytes = 1 << 20
    /// Behind so many bytes the processor sees by itself what is read next.
    private static let prefetchMax = 512

    private let memoryMax: Int
    @exclusivity(unchecked) private var pieces: ContiguousArray<Piece> = []
    @exclusivity(unchecked) private var chains: ContiguousArray<Chain> = []
    /// The places of the streams' chains among `chains`, by id.
    @exclusivity(unchecked) private var places: [UInt64: Int] = [:]
    @exclusivity(unchecked) private var blocks: [UnsafeMutableRawPointer] = []
    @exclusivity(unchecked) private var room = 0

    /// No frames; copies of up to `memoryMax` bytes.
    init(memoryMax: Int) {
        self.memoryMax = memoryMax
    }

    deinit {
        blocks.forEach { $0.deallocate() }
    }

    /// Adds a frame that is a whole set.
    func add(_ frame: Frame, file: UInt32, byte: UInt64) {
        let header = frame.header
        guard header.recordCount > 0 else { return }
        var piece = Piece(
            setFrames: 1, recordCount: Int32(header.recordCount),
            payloadBytes: Int32(header.payloadBytes), file: file,
            byte: UInt32(truncatingIfNeeded: byte) + UInt32(header.prefixBytes))
        // The leaf of a trim is made from the whole frame.
        if !header.trims { piece.copy = copy(of: frame) }
        append(piece, to: header.stream)
    }

    /// Adds a set of several frames.
    func add(_ set: SetAssembler.FrameSet, file: UInt32) {
        guard set.parts.contains(where: { $0.recordCount > 0 }) else { return }
        for (index, part) in set.parts.enumerated() {
            append(
                Piece(
                    setFrames: index == 0 ? set.first.partCount : 0,
                    recordCount: Int32(part.recordCount), payloadBytes: Int32(part.payloadBytes),
                    file: file,
                    byte: UInt32(truncatingIfNeeded: part.byte + UInt64(part.prefixBytes))),
                to: set.first.stream)
        }
    }

    /// The number of the first piece of that stream; nil when it got no records.
    func first(of stream: StreamID) -> Int32? { places[stream.rawValue].map { chains[$0].first } }

    /// The piece of that number.
    subscript(index: Int32) -> Piece { pieces[Int(index)] }

    /// Has the piece behind `piece` brought near, and the beginning of its copy, which is probably
    /// as long as this one.
    func prefetch(behind piece: Piece) {
        guard piece.next >= 0 else { return }
        let size = MemoryLayout<Piece>.stride
        pieces.withUnsafeBytes {
            CacheLine.prefetch($0.start + Int(piece.next) * size, count: size)
        }
        guard let copy = piece.nextCopy else { return }
        CacheLine.prefetch(
            copy, count: min(Self.prefetchMax, ChainHash.byteCount + Int(piece.payloadBytes)))
    }

    private func append(_ piece: Piece, to stream: UInt64) {
        let index = Int32(pieces.count)
        pieces.append(piece)
        if let place = places[stream] {
            pieces[Int(chains[place].last)].next = index
            pieces[Int(chains[place].last)].nextCopy = piece.copy
            chains[place].last = index
        } else {
            places[stream] = chains.count
            chains.append(Chain(first: index, last: index))
        }
    }

    private func copy(of frame: Frame) -> UnsafeRawPointer? {
        let tail = frame.tail
        let count = (ChainHash.byteCount + tail.count + 7) & ~7
        guard let source = tail.baseAddress, count <= Self.copyBytesMax else { return nil }
        if room < count {
            guard (blocks.count + 1) * Self.blockBytes <= memoryMax else { return nil }
            blocks.append(.allocate(byteCount: Self.blockBytes, alignment: 16))
            room = Self.blockBytes
        }
        guard let block = blocks.last else { return nil }
        let target = block + (Self.blockBytes - room)
        room -= count
        frame.header.head.store(to: target)
        (target + ChainHash.byteCount).copyMemory(from: source, byteCount: tail.count)
        return UnsafeRawPointer(target)
    }
}
