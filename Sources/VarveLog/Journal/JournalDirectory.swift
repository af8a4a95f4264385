package import VarveStorage

/// What the journal's directory holds: found, checked for strangers, and with every file's header
/// read.
///
/// Reading only; used by recovery, the verifier and the inspector.
package struct JournalDirectory: Sendable {
    /// One journal file.
    package struct File: Sendable {
        /// Its name.
        package var name: JournalFileName
        /// Its header; nil when it is damaged, which only those who go on after damage see.
        package var header: FileHeader?
        /// Its size in bytes.
        package var size: UInt64
        /// What is wrong with it, if something is.
        package var damage: LogError?
    }

    /// The files of the log, by number.
    package var files: [File] = []
    /// Complete files of zeros.
    package var spares: [JournalFileName] = []
    /// Files of zeros that were being written.
    package var unfinished: [JournalFileName] = []
    /// Files that a settling made superfluous and that are still there.
    private(set) var settled: [JournalFileName] = []

    /// Reads the directory. Damage is noted in the file it is in; strangers throw.
    package init(reading volume: any Volume) throws(LogError) {
        let root = try LogError.wrapping { () throws(StorageError) in try volume.list("") }
        for name in root where !Self.isExpected(name) { throw .foreignFile(path: name) }
        guard root.contains(Format.journalDirectory) else { return }
        let names = try LogError.wrapping { () throws(StorageError) in
            try volume.list(Format.journalDirectory)
        }
        for name in names where !name.hasPrefix(".") {
            guard let parsed = JournalFileName(name) else {
                throw .foreignFile(path: "\(Format.journalDirectory)/\(name)")
            }
            switch parsed.role {
            case .journal: files.append(try Self.read(parsed, from: volume))
            case .spare: spares.append(parsed)
            case .preparing: unfinished.append(parsed)
            }
        }
        files.sort { $0.name.number < $1.name.number }
        spares.sort { $0.number < $1.number }
    }

    /// The number after every number in use, whatever the file.
    var nextNumber: UInt64 {
        let numbers = files.map(\.name.number) + spares.map(\.number) + unfinished.map(\.number)
        return (numbers.max() ?? 0) + 1
    }

    /// The cut before everything: the first file's beginning; nil when there is none.
    var beginning: CutPoint? {
        guard let header = files.first?.header, header.number == 1 else { return nil }
        return CutPoint(
            lsn: 0, file: 1, fileID: header.id, byte: UInt64(Format.fileHeaderBytes))
    }

    /// Leaves out the files before a cut; the file that goes on behind it must be there.
    ///
    /// - Parameter isNew: whether there is no catalog. With one there must be a first file, though
    ///   nothing is settled: it is made before the catalog.
    mutating func begin(at cut: CutPoint, isNew: Bool) throws(LogError) {
        guard cut.lsn > 0 else {
            let first = files.first?.name.number
            if first != 1, first != nil || !isNew {
                throw .missingFile(path: JournalFileName(number: 1, role: .journal).path)
            }
            return
        }
        let count = files.prefix { $0.name.number < cut.place.fileNumber }.count
        settled = files[..<count].map(\.name)
        files.removeFirst(count)
        guard let first = files.first, first.name.number == cut.place.fileNumber else {
            throw .missingFile(
                path: JournalFileName(number: cut.place.fileNumber, role: .journal).path)
        }
        if let damage = first.damage { throw damage }
        guard let header = first.header, header.id == cut.place.fileID else {
            throw .corruption(
                file: first.name.path, byte: 24, count: 8,
                detail: "it is not the file that goes on behind LSN \(cut.lsn), which is settled")
        }
    }

    /// Throws the first thing that is wrong with the files taken together: a missing or damaged
    /// one, or one that does not continue the one before.
    func checkContinuity() throws(LogError) {
        if let error = continuityErrors().first { throw error }
    }

    /// Everything that is wrong with the files taken together.
    func continuityErrors() -> [LogError] {
        var errors: [LogError] = []
        var expected = files.first?.name.number ?? 1
        var previous: FileHeader?
        for (index, file) in files.enumerated() {
            while expected < file.name.number, errors.count < 100 {
                let missing = JournalFileName(number: expected, role: .journal)
                errors.append(.missingFile(path: missing.path))
                previous = nil
                expected += 1
            }
            expected = file.name.number + 1
            if let damage = file.damage { errors.append(damage) }
            if let header = file.header, index == 0 || previous != nil {
                if let detail = Self.contradiction(header, after: previous) {
                    errors.append(
                        .corruption(
                            file: file.name.path, byte: 0,
                            count: UInt64(Format.fileHeaderBytes), detail: detail))
                }
            }
            previous = file.header
        }
        return errors
    }

    private static func contradiction(
        _ header: FileHeader, after previous: FileHeader?
    ) -> String? {
        guard let previous else {
            let isFirst = header.previousNumber == 0 && header.baseLSN == 1
            let saysSo = header.number == 1
            if isFirst != saysSo { return "its header and its number disagree on what is before" }
            return isFirst || header.previousNumber + 1 == header.number
                ? nil : "it does not continue file \(header.number - 1)"
        }
        if header.previousNumber != previous.number || header.previousID != previous.id {
            return "it does not continue file \(previous.number) that is here"
        }
        if header.baseLSN < previous.baseLSN {
            return "it begins at LSN \(header.baseLSN), before file \(previous.number) does"
        }
        return nil
    }

    private static func isExpected(_ name: String) -> Bool {
        [
            "LOCK", Format.journalDirectory, SegmentFormat.directory, Catalog.indexName,
            Format.indexDirectory, KeyRing.directoryName, Quarantine.directoryName, "lost+found",
        ].contains(name) || name.hasPrefix(".")
    }

    private static func read(
        _ name: JournalFileName, from volume: any Volume
    ) throws(LogError) -> File {
        let backend = try LogError.wrapping { () throws(StorageError) in
            try volume.open(name.path, create: .never)
        }
        var file = File(name: name, header: nil, size: backend.size, damage: nil)
        guard file.size >= UInt64(Format.fileHeaderBytes) else {
            file.damage = .corruption(
                file: name.path, byte: 0, count: file.size, detail: "shorter than a file header")
            return file
        }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Format.fileHeaderBytes, alignment: 8)
        defer { block.deallocate() }
        do throws(StorageError) {
            try backend.read(at: 0, into: block)
        } catch .damaged(let path, let offset, let count, let detail) {
            file.damage = .corruption(file: path, byte: offset, count: count, detail: detail)
            return file
        } catch {
            throw LogError(error)
        }
        do throws(FileHeader.Failure) {
            let header = try FileHeader(UnsafeRawBufferPointer(block))
            file.header = header
            if header.number != name.number {
                file.damage = .corruption(
                    file: name.path, byte: 16, count: 8,
                    detail: "its header says that it is file \(header.number)")
            }
        } catch {
            switch error {
            case .otherVersion(let version):
                throw LogError(path: name.path, version: version)
            case .notAJournal:
                // Varve's name without Varve's magic: either is possible, and both mean that the
                // log cannot be read.
                file.damage = .corruption(
                    file: name.path, byte: 0, count: 8,
                    detail: EncryptedVolume.isEncrypted(UnsafeRawBufferPointer(block))
                        ? "the file is encrypted, and no key was given"
                        : "not a journal file's first bytes")
            case .damaged:
                file.damage = .corruption(
                    file: name.path, byte: 0, count: UInt64(Format.fileHeaderBytes),
                    detail: "the file header is damaged")
            }
        }
        return file
    }
}
