import VarveBytes
package import VarveStorage

/// Reads the groups and frames of one journal file in order, through a bounded buffer.
///
/// Stops at the first thing that is not what must come next, and says where and why; it never
/// decides whether that is damage or the end. Thread rule: one thread.
package final class FrameScan {
    /// How the reading of a file ended.
    package struct Stop: Equatable, Sendable {
        /// Where the group or frame that is not there would be.
        package var byte: UInt64
        /// How many bytes are given up: up to the end of the group, or of the file.
        package var count: UInt64
        /// The LSN that should have come next.
        package var nextLSN: UInt64
        /// What is wrong; nil when what follows was never written, or the recorded end was reached.
        package var problem: String?
        /// True when the recorded end of the file was reached.
        package var isRecordedEnd: Bool
        /// True when all frames of the group are right and only what lies behind them is not.
        package var isBehindFrames = false

        /// Whether this is damage in a file that goes on behind `mark`, the durable mark: what was
        /// synced is not there, or not as it was written.
        func isDamage(below mark: UInt64) -> Bool {
            nextLSN <= mark || (isBehindFrames && nextLSN - 1 <= mark)
        }
    }

    /// What a visitor is told.
    package enum Item {
        /// A group begins.
        case group(GroupHeader)
        /// A frame at a position of the file; valid for the call.
        case frame(Frame, byte: UInt64)
        /// The group's frames are complete.
        case groupEnd(GroupHeader)
    }

    /// What the valid group headers of a file say, wherever they are.
    package struct Claims: Equatable, Sendable {
        /// The highest LSN that one says was synced.
        package var durableMark: UInt64
        /// The one that says that another file goes on.
        package var seal: GroupHeader?
    }

    private static let bufferBytes = 2 << 20
    /// How many streams a look ahead finds at most: what is known of more does not stay near.
    private static let claimsMax = 1024

    private let backend: any StorageBackend
    private let fileID: UInt64
    private let end: UInt64
    private let size: UInt64
    private let buffer: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var bufferStart: UInt64 = 0
    @exclusivity(unchecked) private var bufferCount = 0
    /// Places that the bytes layer refused, with its reasons: the first few.
    private var refusals: [(byte: UInt64, detail: String)] = []
    private static let refusalsMax = 64

    /// A scan of a file.
    ///
    /// - Parameter recordedEnd: where the next file's header says that this one ends; nil for the
    ///   last.
    package init(_ backend: any StorageBackend, fileID: UInt64, recordedEnd: UInt64?) {
        self.backend = backend
        self.fileID = fileID
        size = backend.size
        end = recordedEnd ?? UInt64.max
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: Format.alignment)
    }

    deinit {
        buffer.deallocate()
    }

    /// Reads from the first group on, or from a group known to begin at `byte`.
    ///
    /// - Parameter visit: called in order; what it throws ends the scan.
    package func run(
        from byte: UInt64 = UInt64(Format.fileHeaderBytes), nextLSN: UInt64,
        _ visit: (Item) throws(LogError) -> Void
    ) throws(LogError) -> Stop {
        var stop = try follow(from: byte, nextLSN: nextLSN, visit)
        // What the bytes layer says of the place is nearer to the cause.
        let refused = refusals.first { refusal in
            refusal.byte < stop.byte + max(stop.count, 1)
                && refusal.byte + UInt64(Format.alignment) > stop.byte
        }
        if stop.problem != nil, let refused { stop.problem = refused.detail }
        return stop
    }

    private func follow(
        from byte: UInt64, nextLSN: UInt64, _ visit: (Item) throws(LogError) -> Void
    ) throws(LogError) -> Stop {
        var position = byte
        var lsn = nextLSN
        while position < end {
            guard let header = try groupHeader(at: position) else {
                return try stopWithoutGroup(at: position, lsn)
            }
            if header.firstLSN != lsn {
                return Stop(
                    byte: position, count: header.endByte - position, nextLSN: lsn,
                    problem: "a group begins with LSN \(header.firstLSN) instead of \(lsn)",
                    isRecordedEnd: false)
            }
            try visit(.group(header))
            if let stop = try frames(of: header, lsn: &lsn, visit) { return stop }
            try visit(.groupEnd(header))
            if let stop = try checkPadding(of: header, lsn) { return stop }
            position = header.endByte
        }
        let isExact = position == end
        return Stop(
            byte: position, count: 0, nextLSN: lsn,
            problem: isExact ? nil : "a group reaches beyond the file's recorded end",
            isRecordedEnd: isExact)
    }

    /// The group header at `byte`, if there is a valid one whose group is all within the file.
    package func groupHeader(at byte: UInt64) throws(LogError) -> GroupHeader? {
        guard let bytes = try fetch(byte, Format.groupHeaderBytes),
            let base = bytes.baseAddress,
            let header = GroupHeader(base, at: byte, fileID: fileID)
        else { return nil }
        return header.framesEndByte <= size ? header : nil
    }

    private func frames(
        of header: GroupHeader, lsn: inout UInt64, _ visit: (Item) throws(LogError) -> Void
    ) throws(LogError) -> Stop? {
        var position = header.byte + UInt64(Format.groupHeaderBytes)
        for _ in 0..<header.frameCount {
            let room = Int(min(header.framesEndByte - position, UInt64(Format.frameBytesMax)))
            let bytes = try fetchFrame(position, room)
            let frame: Frame
            do throws(Frame.Failure) {
                guard let bytes else { throw .tooShort }
                frame = try Frame(bytes, fileID: fileID, lsn: lsn)
            } catch {
                return Stop(
                    byte: position, count: header.endByte - position, nextLSN: lsn,
                    problem: error.rawValue, isRecordedEnd: false)
            }
            try visit(.frame(frame, byte: position))
            position += UInt64(frame.header.frameBytes)
            lsn += 1
        }
        guard position == header.framesEndByte else {
            return Stop(
                byte: position, count: header.endByte - position, nextLSN: lsn,
                problem: "a group has more bytes than frames", isRecordedEnd: false,
                isBehindFrames: true)
        }
        return nil
    }

    /// The bytes of the frame at `position`: as many as it says, at most `room`.
    private func fetchFrame(
        _ position: UInt64, _ room: Int
    ) throws(LogError) -> UnsafeRawBufferPointer? {
        guard room >= Format.frameHeaderBytes,
            let start = try fetch(position, Format.frameHeaderBytes), let base = start.baseAddress
        else { return nil }
        let claimed = FrameHeader.claimedBytes(base)
        guard claimed >= Format.frameHeaderBytes, claimed <= room else { return start }
        return try fetch(position, claimed)
    }

    private func checkPadding(of header: GroupHeader, _ lsn: UInt64) throws(LogError) -> Stop? {
        let count = Int(min(header.endByte, size) - header.framesEndByte)
        guard count > 0, let bytes = try fetch(header.framesEndByte, count) else { return nil }
        guard let offset = bytes.firstIndex(where: { $0 != 0 }) else { return nil }
        // A mark is all or nothing: one that was torn is as if it had not been written.
        let byte =
            header.frameCount == 0 ? header.byte : header.framesEndByte + UInt64(offset)
        return Stop(
            byte: byte, count: header.endByte - byte, nextLSN: lsn,
            problem: "the padding behind a group is not zero", isRecordedEnd: false,
            isBehindFrames: header.frameCount > 0)
    }

    private func stopWithoutGroup(at position: UInt64, _ lsn: UInt64) throws(LogError) -> Stop {
        let count = min(end, size) > position ? min(end, size) - position : 0
        var problem: String?
        if let bytes = try fetch(position, Format.groupHeaderBytes) {
            if bytes.contains(where: { $0 != 0 }) { problem = "no valid group header" }
        } else if end != UInt64.max {
            problem = "the file is cut"
        }
        return Stop(
            byte: position, count: count, nextLSN: lsn,
            problem: problem ?? (end == UInt64.max ? nil : "no group is here"),
            isRecordedEnd: false)
    }

    /// The streams of the frames of a group, as far as the group is in memory, and as its frames
    /// say: nothing of that is checked yet.
    func claimedStreams(of group: GroupHeader) -> ContiguousArray<StreamID> {
        var streams: ContiguousArray<StreamID> = []
        guard let base = buffer.baseAddress, group.byte >= bufferStart else { return streams }
        let end = min(group.framesEndByte, bufferStart + UInt64(bufferCount))
        var position = group.byte + UInt64(Format.groupHeaderBytes)
        while position < end, end - position >= UInt64(Format.frameHeaderBytes),
            streams.count < Self.claimsMax
        {
            let frame = UnsafeRawPointer(base) + Int(position - bufferStart)
            let claimed = FrameHeader.claimedBytes(frame)
            guard claimed >= Format.frameHeaderBytes else { break }
            streams.append(StreamID(rawValue: FrameHeader.claimedStream(frame)))
            position += UInt64(claimed)
        }
        return streams
    }

    /// What all valid group headers of the file `number` say; `known` was synced in any case.
    ///
    /// A seal of an earlier use names another file than the next one, whatever ids are drawn.
    package func claims(of number: UInt64, atLeast known: UInt64) throws(LogError) -> Claims {
        var claims = Claims(durableMark: known)
        var position = UInt64(Format.fileHeaderBytes)
        while position < size {
            if let header = try groupHeader(at: position) {
                claims.durableMark = max(claims.durableMark, header.syncedThrough)
                if header.successor?.number == number &+ 1 { claims.seal = header }
            }
            position += UInt64(Format.alignment)
        }
        return claims
    }

    /// The first valid group header at or behind `byte` with an LSN of at least `lsn`.
    package func nextGroup(from byte: UInt64, atLeast lsn: UInt64) throws(LogError) -> GroupHeader?
    {
        var position = Format.aligned(byte)
        while position < min(size, end) {
            if let header = try groupHeader(at: position), header.firstLSN >= lsn { return header }
            position += UInt64(Format.alignment)
        }
        return nil
    }

    /// A view of `count` bytes at `byte`, valid until the next call; nil when the file ends before.
    private func fetch(_ byte: UInt64, _ count: Int) throws(LogError) -> UnsafeRawBufferPointer? {
        guard byte <= size, UInt64(count) <= size - byte else { return nil }
        precondition(count <= buffer.count, "a frame fits the buffer")
        if byte < bufferStart || byte + UInt64(count) > bufferStart + UInt64(bufferCount) {
            let wanted = Int(min(UInt64(buffer.count), size - byte))
            bufferStart = byte
            bufferCount = 0
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            do throws(StorageError) {
                try backend.read(at: byte, into: target)
            } catch .damaged {
                try fetchPieces(byte, into: target)
            } catch {
                throw LogError(error)
            }
            bufferCount = wanted
        }
        let start = Int(byte - bufferStart)
        return UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
    }

    /// Reads block by block what cannot be read at once. A block that the bytes layer refuses
    /// becomes bytes that are no header, no frame and no padding: it is for the scan to say whether
    /// that is damage or the end.
    private func fetchPieces(
        _ byte: UInt64, into target: UnsafeMutableRawBufferPointer
    ) throws(LogError) {
        var done = 0
        while done < target.count {
            let position = byte + UInt64(done)
            let next = Format.aligned(position + 1)
            let count = min(target.count - done, Int(next - position))
            let piece = UnsafeMutableRawBufferPointer(rebasing: target[done..<done + count])
            do throws(StorageError) {
                try backend.read(at: position, into: piece)
            } catch .damaged(_, let offset, _, let detail) {
                piece.initializeMemory(as: UInt8.self, repeating: 0xff)
                let isKnown = refusals.contains { $0.byte == offset }
                if !isKnown, refusals.count < Self.refusalsMax {
                    refusals.append((offset, detail))
                }
            } catch {
                throw LogError(error)
            }
            done += count
        }
    }
}
