public import VarveBytes

/// What a backup consists of: the file `BACKUP` in it, written last.
///
/// A line of JSON for the whole, one for each file, one that says that it is complete. Without that
/// a directory is not a backup.
public struct BackupManifest: Sendable, Equatable {
    /// A file of a backup.
    public struct Entry: Sendable, Equatable {
        /// Its path within the backup.
        public let path: String
        /// Its size.
        public let bytes: UInt64
        /// The hash of what it holds.
        public let hash: SHA256Digest
    }

    /// Its name in the backup.
    static let fileName = "BACKUP"
    /// The name of the file with the heads of all streams.
    static let headsName = "HEADS"
    /// The most bytes of a manifest that are read.
    static let bytesMax: UInt64 = 256 << 20
    private static let version = "1"

    /// The last LSN that the backup has.
    public internal(set) var lastLSN: UInt64 = 0
    /// When it was made, in milliseconds since 1970.
    public internal(set) var wallMilliseconds: UInt64 = 0
    /// How many streams it has.
    public internal(set) var streamCount: UInt64 = 0
    /// How many damaged places the verification of the backup found: those of the log itself.
    public internal(set) var damageCount: UInt64 = 0
    /// Its files.
    public internal(set) var entries: [Entry] = []

    /// The bytes of all files.
    public var bytes: UInt64 { entries.reduce(0) { $0 &+ $1.bytes } }

    /// An empty backup.
    init() {}

    /// The file's contents.
    var encoded: String {
        var line = JSONLine()
        line.add("varve_backup", Self.version)
        line.add("last_lsn", String(lastLSN))
        line.add("time_ms", String(wallMilliseconds))
        line.add("streams", String(streamCount))
        line.add("damages", String(damageCount))
        var text = line.rendered + "\n"
        for entry in entries {
            var line = JSONLine()
            line.add("path", entry.path)
            line.add("bytes", String(entry.bytes))
            line.add("sha256", entry.hash.hex)
            text += line.rendered + "\n"
        }
        var end = JSONLine()
        end.add("files", String(entries.count))
        return text + end.rendered + "\n"
    }

    /// The same in one line, for reports: without the files.
    public var summary: String {
        var line = JSONLine()
        line.add("last_lsn", lastLSN)
        line.add("time_ms", wallMilliseconds)
        line.add("streams", streamCount)
        line.add("damages", damageCount)
        line.add("files", UInt64(entries.count))
        line.add("bytes", bytes)
        return line.rendered
    }

    /// Reads what `encoded` wrote; throws `corruption` that names `place` for anything else.
    init(decoding text: [UInt8], in place: String) throws(LogError) {
        self.init()
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        guard lines.count >= 2, text.last == UInt8(ascii: "\n") else {
            throw Self.malformed(place, "it is not complete")
        }
        let first = try Self.members(lines[0], place)
        guard first["varve_backup"] == Self.version else {
            throw Self.malformed(place, "it is not a manifest that this program knows")
        }
        lastLSN = try Self.number(first["last_lsn"], place)
        wallMilliseconds = try Self.number(first["time_ms"], place)
        streamCount = try Self.number(first["streams"], place)
        damageCount = try Self.number(first["damages"], place)
        let last = try Self.members(lines[lines.count - 1], place)
        guard try Self.number(last["files"], place) == UInt64(lines.count - 2) else {
            throw Self.malformed(place, "it is not complete")
        }
        entries.reserveCapacity(lines.count - 2)
        for line in lines[1..<(lines.count - 1)] {
            let members = try Self.members(line, place)
            guard let path = members["path"], Self.isExpected(path),
                let hash = members["sha256"].flatMap(SHA256Digest.init(hex:))
            else { throw Self.malformed(place, "a file in it is not one of a log") }
            entries.append(
                Entry(path: path, bytes: try Self.number(members["bytes"], place), hash: hash))
        }
        guard Set(entries.map(\.path)).count == entries.count else {
            throw Self.malformed(place, "it names a file twice")
        }
    }

    /// Whether a backup may have a file of that path: nothing outside its directories.
    private static func isExpected(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 1 { return path == headsName }
        let directories = [
            Format.journalDirectory, SegmentFormat.directory, Catalog.indexName,
            Format.indexDirectory,
        ]
        return parts.count == 2 && directories.contains(String(parts[0])) && !parts[1].isEmpty
            && parts[1] != "." && parts[1] != ".." && !parts[1].utf8.contains(0)
    }

    private static func members(
        _ line: ArraySlice<UInt8>, _ place: String
    ) throws(LogError) -> [String: String] {
        do throws(ProofError) {
            return try FlatObject.parse(Array(line))
        } catch {
            throw malformed(place, "\(error)")
        }
    }

    private static func number(_ text: String?, _ place: String) throws(LogError) -> UInt64 {
        guard let text, let number = UInt64(text), String(number) == text else {
            throw malformed(place, "a number is missing in it")
        }
        return number
    }

    private static func malformed(_ place: String, _ detail: String) -> LogError {
        .corruption(file: place, byte: 0, count: 0, detail: detail)
    }
}
