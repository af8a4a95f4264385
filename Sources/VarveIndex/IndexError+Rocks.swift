/// RocksDB's C interface gives its errors as text only: here it is read.
extension IndexError {
    /// The error behind a text of RocksDB's about the index in `directory`.
    init(rocksText text: String, directory: String) {
        let detail = String(text.map { $0.isNewline ? " " : $0 })
        func says(_ words: String...) -> Bool { words.contains { detail.contains($0) } }
        if detail.hasPrefix("Corruption") {
            self = .corruption(directory: directory, detail: detail)
        } else if says("No space left on device", "Disk quota exceeded") {
            self = .outOfSpace(directory: directory)
        } else if says("lock hold by current process", "While lock file") {
            self = .locked(directory: directory)
        } else if says("Permission denied", "Operation not permitted", "Read-only file system") {
            self = .notPermitted(directory: directory, detail: detail)
        } else if says("read only mode") {
            self = .readOnly(directory: directory)
        } else {
            self = .failed(directory: directory, detail: detail)
        }
    }

    /// The same for opening, where a file that is missing is damage.
    func whileOpening() -> IndexError {
        guard case .failed(let directory, let detail) = self else { return self }
        let marks = ["No such file or directory", "Not implemented", "Invalid argument", "Unknown"]
        guard marks.contains(where: { detail.contains($0) }) else { return self }
        return .corruption(directory: directory, detail: detail)
    }
}
