import VarveStorage

/// The directory that keeps what a repair takes away, under the names it had.
struct Quarantine {
    /// The name of the directory of all of them.
    static let directoryName = "quarantine"

    /// Where the files are.
    let volume: any Volume
    /// The directory's path within the log's.
    let path: String

    private static let chunkBytes = 1 << 20

    /// A quarantine that is told from others by `label`, one plain name.
    init(_ label: String, in volume: any Volume) {
        self.volume = volume
        path = "\(Self.directoryName)/\(label)"
    }

    /// Copies a file of the log and puts the copy on stable storage.
    func copy(_ name: String) throws(LogError) {
        let target = try place(for: name)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        try LogError.wrapping { () throws(StorageError) in
            let from = try volume.open(name, create: .never)
            let to = try volume.open(target, create: .exclusive)
            var done: UInt64 = 0
            while done < from.size {
                let count = Int(min(UInt64(buffer.count), from.size - done))
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                try from.read(at: done, into: piece)
                _ = try to.append(UnsafeRawBufferPointer(piece))
                done += UInt64(count)
            }
            try to.sync()
            try volume.syncDirectory(VolumeName.directory(of: target))
        }
    }

    /// Moves a file of the log.
    func move(_ name: String) throws(LogError) {
        let target = try place(for: name)
        try LogError.wrapping { () throws(StorageError) in
            try volume.rename(name, to: target)
            try volume.syncDirectory(VolumeName.directory(of: target))
            try volume.syncDirectory(VolumeName.directory(of: name))
        }
    }

    /// Writes down what was done.
    func write(_ report: RepairReport) throws(LogError) {
        try write(report.json + "\n", to: "report.json")
        try write(report.lines.joined(separator: "\n") + "\n", to: "report.txt")
    }

    /// Writes a file of its own.
    private func write(_ text: String, to name: String) throws(LogError) {
        let target = try place(for: name)
        let bytes = Array(text.utf8)
        try LogError.wrapping { () throws(StorageError) in
            let file = try volume.open(target, create: .ifMissing)
            try file.truncate(to: 0)
            _ = try bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in
                try file.append(bytes)
            }
            try file.sync()
            try volume.syncDirectory(VolumeName.directory(of: target))
        }
    }

    /// Makes the directories that a file needs; where it goes.
    func place(for name: String) throws(LogError) -> String {
        let target = "\(path)/\(name)"
        try LogError.wrapping { () throws(StorageError) in
            var directory = VolumeName.directory(of: target)
            try volume.makeDirectory(directory)
            while !directory.isEmpty {
                directory = VolumeName.directory(of: directory)
                try volume.syncDirectory(directory)
            }
        }
        return target
    }
}
