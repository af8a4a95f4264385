import Glibc
import VarvePlatform
import VarveStorage

/// A directory of a test's own.
struct ScratchDirectory {
    let path: String

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // Six of the letter are what mkdtemp replaces.
        let mark = String(repeating: "X", count: 6)
        var template = Array("\(place)/varve-segments-\(mark)".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(call: "mkdtemp", code: errno, path: place)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it with everything in it.
    func remove() {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        for name in (try? File.list(path)) ?? [] {
            let child = "\(path)/\(name)"
            if File.isDirectory(child) { remove(child) } else { unlink(child) }
        }
        rmdir(path)
    }
}
