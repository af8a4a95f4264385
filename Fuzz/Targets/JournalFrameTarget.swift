// Journal frames: no bytes may trap the check of a frame or make it read past its input, whether
// their checksum is right or not, and what a checked frame offers lies within it.

import VarveBytes
import VarveLog

extension FuzzTarget {
    /// The first byte says whether the checksum is made right before the check; the rest is the
    /// frame.
    static let journalFrame = FuzzTarget(name: "journal-frame") { data, size in
        var input = FuzzInput(data, size)
        let isSealed = input.takeByte() & 1 == 1
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: input.rest.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyMemory(from: input.rest)
        let lsn: UInt64 = 3
        if isSealed, copy.count >= 16, let base = copy.baseAddress {
            base.storeLittleEndian(UInt32(copy.count), at: 0)
            base.storeLittleEndian(lsn, at: 8)
            FrameHeader.seal(base, frameBytes: copy.count, fileID: 7, lsn: lsn)
        }
        let bytes = UnsafeRawBufferPointer(copy)
        guard let frame = try? Frame(bytes, fileID: 7, lsn: lsn) else { return 0 }
        demand(isSealed, "no input makes a checksum right by chance")
        demand(Int(frame.header.frameBytes) == bytes.count, "the frame is the input")
        demand(frame.payload.count == Int(frame.header.payloadBytes), "the payload is all there")
        demand(frame.continued <= frame.payload.count, "what continues is payload")
        var sum: UInt8 = 0
        for byte in frame.payload { sum &+= byte }
        for byte in frame.annotation { sum &+= byte }
        for byte in frame.name { sum &+= byte }
        for index in 0..<Int(frame.header.recordCount) {
            demand(frame.entry(index).length >= 0, "a length is not negative")
        }
        return 0
    }
}
