import VarveStorage

/// The frames between two cuts of the journal, read in order from their files.
///
/// Everything in it was synced, so all of it must be there: anything else is corruption.
struct JournalRange {
    /// Where it begins.
    let start: CutPoint
    /// Where it ends.
    let end: CutPoint
    /// The files.
    let files: JournalFiles

    /// The last frame of a set, valid for the call, and the set.
    struct Item {
        /// The number of the journal file.
        var file: UInt32
        /// Where in the file the frame lies.
        var byte: UInt64
        /// The frame; in a set of several parts the last one.
        var frame: Frame
        /// The set; nil when the frame is all of it and plain (`Frame.isPlain`).
        var set: SetAssembler.FrameSet?
    }

    /// Calls `body` for every frame set, in the order of the log.
    ///
    /// - Parameter expect: told of the streams whose frames probably come next.
    func forEachSet(
        expecting expect: (ContiguousArray<StreamID>) -> Void,
        _ body: (Item) throws(LogError) -> Void
    ) throws(LogError) {
        var number = start.place.fileNumber
        var fileID = start.place.fileID
        var byte = start.place.byte
        var lsn = start.lsn + 1
        while lsn <= end.lsn {
            let isLast = number == end.place.fileNumber
            let file = try files.file(UInt32(number))
            let next = isLast ? nil : try header(of: number + 1)
            let scan = FrameScan(
                file.backend, fileID: fileID, recordedEnd: next?.previousEndByte ?? end.place.byte)
            var assembler = SetAssembler()
            let stop = try scan.run(from: byte, nextLSN: lsn) { (item) throws(LogError) in
                if case .group(let group) = item { expect(scan.claimedStreams(of: group)) }
                guard case .frame(let frame, let byte) = item else { return }
                if !assembler.isInside, frame.isPlain {
                    return try body(
                        Item(file: UInt32(number), byte: byte, frame: frame, set: nil))
                }
                let set: SetAssembler.FrameSet?
                do throws(LogError.Inconsistency) {
                    set = try assembler.add(frame, byte: byte)
                } catch {
                    throw .corruption(
                        file: name(number), byte: byte, count: UInt64(frame.header.frameBytes),
                        detail: error.rawValue)
                }
                if let set {
                    try body(Item(file: UInt32(number), byte: byte, frame: frame, set: set))
                }
            }
            guard stop.isRecordedEnd, stop.problem == nil, !assembler.isInside,
                !isLast || stop.nextLSN == end.lsn + 1
            else {
                throw .corruption(
                    file: name(number), byte: stop.byte, count: stop.count,
                    detail: stop.problem ?? "LSN \(stop.nextLSN) to \(end.lsn) are missing")
            }
            lsn = stop.nextLSN
            number += 1
            fileID = next?.id ?? 0
            byte = UInt64(Format.fileHeaderBytes)
        }
    }

    private func header(of number: UInt64) throws(LogError) -> FileHeader {
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Format.fileHeaderBytes, alignment: 8)
        defer { block.deallocate() }
        try files.file(UInt32(number)).read(at: 0, into: block)
        do throws(FileHeader.Failure) {
            return try FileHeader(UnsafeRawBufferPointer(block))
        } catch {
            throw .corruption(
                file: name(number), byte: 0, count: UInt64(Format.fileHeaderBytes),
                detail: "the file header is damaged")
        }
    }

    private func name(_ number: UInt64) -> String {
        JournalFileName(number: number, role: .journal).path
    }
}
