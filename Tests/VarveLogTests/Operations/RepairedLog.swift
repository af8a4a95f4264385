import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// A log in a directory, of three segments and a journal, to be damaged and repaired.
final class RepairedLog {
    let directory: ScratchDirectory
    var path: String { directory.path }
    /// What the streams held before the damage, by name.
    private(set) var contents: [String: [UInt8]] = [:]
    /// The LSN behind each settling.
    private(set) var cuts: [UInt64] = []

    private static var options: LogOptions {
        var options = LogOptions.small
        options.fileBytes = 256 << 10
        return options
    }

    /// - Parameter isSettling: whether there are segments at all.
    ///
    /// `a` is in every part; `b` only in the second segment, in which `c` of the first is deleted;
    /// `e` in the third; `d`, and more of `b`, in the journal.
    init(settling isSettling: Bool = true) throws {
        directory = try ScratchDirectory()
        let test = try open()
        let a = try test.create("a", [pattern(100), pattern(50, seed: 1)])
        let c = try test.create("c", [pattern(10)])
        if isSettling { try test.log.settle() }
        cuts.append(test.log.synced.rawValue)
        try test.append([pattern(70_000, seed: 2)], to: a)
        let b = try test.create("b", [pattern(30)])
        try test.delete(c)
        if isSettling { try test.log.settle() }
        cuts.append(test.log.synced.rawValue)
        try test.append([pattern(10, seed: 3)], to: a)
        try test.create("e", [pattern(77)])
        if isSettling { try test.log.settle() }
        cuts.append(test.log.synced.rawValue)
        try test.append([pattern(20, seed: 4)], to: a)
        try test.create("d", [pattern(5)])
        try test.append([pattern(6)], to: b)
        try test.append([pattern(7)], to: b)
        for name in ["a", "b", "d", "e"] {
            contents[name] = try test.bytes(of: #require(test.find(name)))
        }
        test.log.close()
    }

    deinit { directory.remove() }

    func open(seed: UInt64 = 1) throws -> TestLog {
        try TestLog(FileVolume(rootDirectory: path), options: Self.options, seed: seed)
    }

    /// Opens the log, which must work, and closes it again.
    func opened(_ body: (TestLog) throws -> Void) throws {
        let test = try open(seed: 9)
        defer { test.log.close() }
        try body(test)
    }

    /// What opening says.
    func refusal() -> String {
        do {
            let test = try open(seed: 5)
            test.log.close()
            return ""
        } catch {
            return "\(error)"
        }
    }

    func repair(
        _ actions: Set<LogRepair.Action> = [], dry: Bool = false, label: String = "now"
    ) throws -> RepairReport {
        try LogRepair.run(
            volume: FileVolume(
                rootDirectory: path, access: dry || actions.isEmpty ? .readOnly : .readWrite,
                create: .never),
            actions: actions, label: label, isDryRun: dry)
    }

    /// Every file but the lock, with its bytes.
    func files() throws -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        func add(_ directory: String) throws {
            for name in try File.list("\(path)/\(directory)") where name != "LOCK" {
                let place = directory.isEmpty ? name : "\(directory)/\(name)"
                if File.isDirectory("\(path)/\(place)") {
                    try add(place)
                } else {
                    result[place] = try bytes(place)
                }
            }
        }
        try add("")
        return result
    }

    func bytes(_ place: String) throws -> [UInt8] {
        let file = try File.open("\(path)/\(place)")
        var bytes = [UInt8](repeating: 0, count: Int(try File.size(file.raw)))
        _ = try bytes.withUnsafeMutableBytes { try File.read(file.raw, at: 0, into: $0) }
        return bytes
    }

    func write(_ bytes: [UInt8], to place: String) throws {
        let file = try File.open("\(path)/\(place)", access: .readWrite, create: .ifMissing)
        try File.truncate(file.raw, to: 0)
        try bytes.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
    }

    /// Inverts a bit.
    func flip(_ place: String, at byte: Int) throws {
        var all = try bytes(place)
        all[byte] ^= 4
        try write(all, to: place)
    }

    func remove(_ place: String) throws { try File.remove("\(path)/\(place)") }

    func removeCatalog() throws { try RocksIndexSource(rootDirectory: path).destroy("catalog") }

    /// The files of the journal, in order.
    func journals() throws -> [String] {
        try File.list("\(path)/journal").filter { $0.hasSuffix(".journal") }.map { "journal/\($0)" }
    }

    static func segment(_ number: UInt32) -> String { SegmentName(number: number).path }

    /// The names of the streams that the verifier finds in order.
    func intact() throws -> Set<String> {
        let report = try LogVerifier.verify(directory: path)
        return Set(report.streams.filter(\.isIntact).compactMap(\.name))
    }
}
