import VarveStorage

/// What a segment says of itself, for people and programs.
public struct SegmentDescription: Sendable {
    private let path: String
    private let size: UInt64
    private let header: SegmentHeader?
    private let footer: SegmentFooter?
    private let problem: String?

    /// Describes a segment, or what is wrong with it.
    init(_ number: UInt32, file: () throws(LogError) -> SegmentFile) {
        path = SegmentName(number: number).path
        do throws(LogError) {
            let file = try file()
            size = file.backend.size
            header = file.header
            footer = file.footer
            problem = nil
        } catch {
            size = 0
            header = nil
            footer = nil
            problem = error.description
        }
    }

    /// One line for people.
    var text: String {
        guard let header, let footer else { return "\(path): \(problem ?? "unreadable")" }
        let superseded =
            footer.superseded.isEmpty
            ? "" : ", in the place of \(footer.superseded.map(String.init).joined(separator: " "))"
        return "\(path): \(size) bytes, LSN \(header.first)…\(header.last), "
            + "\(footer.streamCount) streams, \(footer.recordCount) records, "
            + "\(footer.byteCount) bytes of them stored in \(footer.storedBytes); the journal goes "
            + "on in file \(header.cut.fileNumber) at byte \(header.cut.byte)" + superseded
    }

    /// Adds the same to a line of JSON.
    func add(to line: inout JSONLine) {
        line.add("type", "segment")
        line.add("name", path)
        line.add("problem", problem)
        guard let header, let footer else { return }
        line.add("bytes", size)
        line.add("first_lsn", header.first.rawValue)
        line.add("last_lsn", header.last.rawValue)
        line.add("streams", footer.streamCount)
        line.add("runs", footer.runCount)
        line.add("records", footer.recordCount)
        line.add("stream_bytes", footer.byteCount)
        line.add("stored_bytes", footer.storedBytes)
        line.add("journal_file", header.cut.fileNumber)
        line.add("journal_byte", header.cut.byte)
        line.add("time_ms", header.wallMilliseconds)
    }
}
