import Glibc
import VarvePlatform

/// A new directory that is removed, with what is in it, when forgotten.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // Six of the letter are what mkdtemp replaces.
        let mark = String(repeating: "X", count: 6)
        var template = Array("\(place)/varve-test-\(mark)".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(call: "mkdtemp", code: errno, path: place)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        Self.remove(path)
    }

    /// The path of a name in it.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    private static func remove(_ path: String) {
        for name in (try? File.list(path)) ?? [] {
            let child = "\(path)/\(name)"
            if File.isDirectory(child) { remove(child) } else { try? File.remove(child) }
        }
        try? File.removeDirectory(path)
    }
}

/// All bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = try File.open(path)
    var bytes = [UInt8](repeating: 0, count: Int(try File.size(descriptor.raw)))
    _ = try bytes.withUnsafeMutableBytes { try File.read(descriptor.raw, at: 0, into: $0) }
    return bytes
}
