import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStreams

/// Readers that take their time.
extension World {
    /// A page that was found, and what it must be whenever it is read.
    struct HeldPage {
        /// The page.
        var page: StreamRead
        /// Its bytes.
        var bytes: [UInt8]
        /// The stream's name.
        var name: String
        /// How many faults there had been.
        var fired: Int
    }

    /// Keeps a page that was read, to read it again later.
    func hold(_ page: StreamRead, _ bytes: [UInt8], of name: String) {
        if held.count == 6 { held.removeFirst() }
        held.append(HeldPage(page: page, bytes: bytes, name: name, fired: plan.firedCount))
    }

    /// Reads a page again that was held, whatever has become of its stream and its files.
    func readHeld() throws(Violation) {
        guard !held.isEmpty else { return }
        let page = held.remove(at: random.next(below: held.count))
        trace.note("reads on in \(page.name) from \(page.page.start)")
        var bytes = [UInt8](repeating: 0, count: page.page.run.byteCount)
        let failure = bytes.withUnsafeMutableBytes { buffer -> LogError? in
            do throws(LogError) {
                try page.page.run.gatherBlocking(into: buffer)
                return nil
            } catch {
                return error
            }
        }
        if let failure { return try checkReadFailure(failure, fired: page.fired) }
        try Violation.require(
            bytes == page.bytes, "\(page.name): a page found before has other bytes now")
    }

    /// Keeps all files of the log as they are, or no longer.
    func pinOrRelease() throws(Violation) {
        guard let (held, segments) = pin else {
            pin = (try open.log.pinFiles(), catalogSegmentFiles())
            return trace.note("the files are pinned")
        }
        trace.note("the files are not pinned any more")
        let found = Set(try segmentFiles())
        let gone = segments.first { !found.contains($0) }
        try Violation.require(gone == nil, "the segment \(gone ?? "") went while it was pinned")
        held.release()
        pin = nil
    }

    /// Everybody who reads is gone.
    func endReaders() {
        held = []
        pin = nil
        keys.endReaders()
    }
}
