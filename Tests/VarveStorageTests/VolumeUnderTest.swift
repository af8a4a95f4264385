import Glibc
import VarvePlatform
import VarveSimulation
import VarveStorage

/// The volumes that every claim about the bytes layer is tested on.
enum VolumeKind: CaseIterable, Sendable {
    case file
    case memory
    case simulated
    /// Behind a plan in which nothing fails.
    case faulty
    /// Encrypted in memory.
    case encrypted
    /// Encrypted on disk.
    case encryptedFile

    /// True for what lies in files of the operating system.
    var isOnDisk: Bool { self == .file || self == .encryptedFile }
}

/// A fresh volume of one kind; what it left on disk is removed with it.
final class VolumeUnderTest {
    let volume: any Volume
    /// The directory of a file volume.
    let directory: String?

    init(_ kind: VolumeKind) throws {
        switch kind {
        case .file:
            let directory = try temporaryDirectory()
            self.directory = directory
            volume = try FileVolume(rootDirectory: directory)
        case .memory:
            directory = nil
            volume = MemoryVolume()
        case .simulated:
            directory = nil
            volume = SimulatedVolume()
        case .faulty:
            directory = nil
            volume = FaultyVolume(SimulatedVolume(), plan: FaultPlan())
        case .encrypted:
            directory = nil
            volume = EncryptedVolume(MemoryVolume(), key: .test)
        case .encryptedFile:
            let directory = try temporaryDirectory()
            self.directory = directory
            volume = EncryptedVolume(try FileVolume(rootDirectory: directory), key: .test)
        }
    }

    deinit {
        if let directory { removeTree(directory) }
    }

    /// A new file named `file`.
    func newFile() throws -> any StorageBackend {
        try volume.open("file", create: .exclusive)
    }
}

extension EncryptionKey {
    /// A key for tests.
    static let test = key(multiplying: 1)
    /// Another one.
    static let other = key(multiplying: 3)

    private static func key(multiplying factor: UInt8) -> EncryptionKey {
        guard let key = EncryptionKey((0..<32).map { UInt8($0) &* factor }) else {
            preconditionFailure("a key has 32 bytes")
        }
        return key
    }
}

/// A new empty directory.
func temporaryDirectory() throws -> String {
    let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    // Six of the letter are what mkdtemp replaces.
    let mark = String(repeating: "X", count: 6)
    var template = Array("\(place)/varve-test-\(mark)".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw SystemError(call: "mkdtemp", code: errno, path: place)
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Removes a directory and everything in it.
func removeTree(_ path: String) {
    for name in (try? File.list(path)) ?? [] {
        let child = "\(path)/\(name)"
        if File.isDirectory(child) { removeTree(child) } else { try? File.remove(child) }
    }
    try? File.removeDirectory(path)
}

/// Every file and directory below `path` with its contents, to show that nothing changed.
func contents(of path: String) throws -> [String: [UInt8]?] {
    var found: [String: [UInt8]?] = [:]
    for name in try File.list(path) {
        let child = "\(path)/\(name)"
        if File.isDirectory(child) {
            found[child] = .some(nil)
            found.merge(try contents(of: child)) { first, _ in first }
        } else {
            found[child] = try readFile(child)
        }
    }
    return found
}

/// All bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = try File.open(path)
    var bytes = [UInt8](repeating: 0, count: Int(try File.size(descriptor.raw)))
    _ = try bytes.withUnsafeMutableBytes { try File.read(descriptor.raw, at: 0, into: $0) }
    return bytes
}

/// Makes or replaces a file.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = try File.open(path, access: .readWrite, create: .ifMissing)
    try File.truncate(descriptor.raw, to: 0)
    try bytes.withUnsafeBytes { try File.write(descriptor.raw, $0, at: 0) }
}

extension StorageBackend {
    /// The bytes at an offset as an array.
    func bytes(at offset: UInt64, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: count)
        try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
        return bytes
    }

    /// All bytes.
    func allBytes() throws -> [UInt8] {
        try bytes(at: 0, count: Int(size))
    }

    /// Appends an array.
    @discardableResult
    func append(_ bytes: [UInt8]) throws -> UInt64 {
        try bytes.withUnsafeBytes { try append($0) }
    }

    /// Writes arrays as the vectors of one write.
    func write(_ pieces: [[UInt8]], at offset: UInt64) throws {
        // The pieces lie in one array behind one another, so that views of them are easy to keep.
        let joined = Array(pieces.joined())
        try joined.withUnsafeBytes { all in
            var position = 0
            let views = pieces.map { piece in
                defer { position += piece.count }
                return UnsafeRawBufferPointer(rebasing: all[position..<position + piece.count])
            }
            try views.withUnsafeBufferPointer { try write($0, at: offset) }
        }
    }
}

extension StorageError {
    /// The error without the path it is about, so that volumes can be compared.
    var kind: String {
        switch self {
        case .readPastEnd(_, let offset, let count, let size):
            "readPastEnd \(offset) \(count) \(size)"
        case .writePastEnd(_, let offset, let size): "writePastEnd \(offset) \(size)"
        case .truncatePastEnd(_, let requested, let size): "truncatePastEnd \(requested) \(size)"
        case .poisoned(_, let cause): "poisoned by \(cause.kind)"
        case .outOfSpace: "outOfSpace"
        case .io(let operation, _, let code): "io \(operation) \(code)"
        case .locked(_, let pid): "locked \(pid ?? 0)"
        case .notFound: "notFound"
        case .alreadyExists: "alreadyExists"
        case .notAFile: "notAFile"
        case .notADirectory: "notADirectory"
        case .unreadable(_, let code): "unreadable \(code)"
        case .readOnly: "readOnly"
        case .invalidName(let name): "invalidName \(name)"
        case .damaged(_, let offset, let count, _): "damaged \(offset) \(count)"
        case .wrongKey: "wrongKey"
        case .notEncrypted: "notEncrypted"
        case .rekeyUnfinished: "rekeyUnfinished"
        case .keyMissing: "keyMissing"
        case .newerFormat(_, let version): "newerFormat \(version)"
        case .secretExposed: "secretExposed"
        case .invalidKey: "invalidKey"
        }
    }
}

/// What `body` throws, without paths; "nothing" when it does not.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing"
    } catch let error as StorageError {
        return error.kind
    } catch {
        return "\(error)"
    }
}
