import VarveIndex
import VarvePlatform
package import VarveStorage

/// Brings a closed log under another key: from one to another, from none to one, or to none.
///
/// Every file is written anew beside the old ones, all of them are checked against what the old
/// ones hold, and a mark says so. Only then do they take the old ones' places, one after the other.
/// A crash before the mark leaves the old log as it was, one after it is continued by the next run
/// with the same keys; in between no other program opens the log (`LogVolume`). Records, tokens and
/// chains are the same afterwards. Thread rule: one thread.
package struct Rekeying {
    /// What is being done; for somebody who waits.
    package enum Step: Sendable, Equatable {
        /// The old log is checked.
        case checkingOld
        /// So many bytes of all have been written anew.
        case copied(UInt64, of: UInt64)
        /// The new files are checked.
        case checkingNew
        /// The new files take the places of the old ones.
        case replacing
    }

    private let base: any Volume
    private let oldKey: EncryptionKey?
    private let newKey: EncryptionKey?
    private let progress: (Step) -> Void
    private let nested: NestedVolume

    /// A change from `oldKey` to `newKey` of the log in `volume`; nil = not encrypted.
    package init(
        _ volume: any Volume, from oldKey: EncryptionKey?, to newKey: EncryptionKey?,
        progress: @escaping (Step) -> Void = { _ in }
    ) {
        base = volume
        self.oldKey = oldKey
        self.newKey = newKey
        self.progress = progress
        nested = NestedVolume(RekeyFormat.directory, of: volume)
    }

    /// Does it, or what an earlier run left to be done. What the log holds after it.
    ///
    /// - Throws: `locked`, `corruption` when the old log is damaged, `outOfSpace`, `io`; the old
    ///   log is as it was, unless the new files were taking its place already.
    package func run() throws(LogError) -> VerificationReport {
        let lock = try LogError.wrapping { () throws(StorageError) in try base.lock(.exclusive) }
        defer { lock.release() }
        if try !storing({ () throws(StorageError) in try Self.isComplete(base) }) {
            try writeNewFiles()
        }
        progress(.replacing)
        try replace()
        return try verify(
            try storing { () throws(StorageError) in
                try LogVolume.open(in: base, key: newKey)
            })
    }

    /// True when the new files of an unfinished change are taking the places of the old ones.
    static func isComplete(_ volume: any Volume) throws(StorageError) -> Bool {
        guard try volume.list("").contains(RekeyFormat.directory) else { return false }
        return try volume.list(RekeyFormat.directory).contains(RekeyFormat.complete)
    }

    // MARK: Writing

    private func writeNewFiles() throws(LogError) {
        progress(.checkingOld)
        let old = try storing { () throws(StorageError) in
            try LogVolume.open(in: base, key: oldKey)
        }
        let before = try verify(old)
        try checkIndex(before)
        try storing { () throws(StorageError) in try discard() }
        do throws(LogError) {
            try copy(from: old)
            progress(.checkingNew)
            let after = try verify(newVolume)
            guard Self.summary(of: after) == Self.summary(of: before) else {
                throw .io(message: "the new files hold another log than the old ones")
            }
        } catch {
            // What is left would only take space.
            try? discard()
            throw error
        }
        try storing { () throws(StorageError) in
            let mark = try nested.open(RekeyFormat.complete, create: .exclusive)
            try mark.sync()
            try nested.syncDirectory("")
        }
    }

    /// Throws when the index of a store, which goes since it is not encrypted, has something that
    /// cannot be made again from the log.
    private func checkIndex(_ report: VerificationReport) throws(LogError) {
        let root = try storing { () throws(StorageError) in try base.list("") }
        guard newKey != nil, root.contains(Format.indexDirectory),
            report.streams.contains(where: { $0.isReserved && $0.visibleStart != nil })
        else { return }
        throw .io(
            message: "\(Format.indexDirectory): the index of the key-value store is not encrypted, "
                + "and batches were dropped that it was made from: such a log cannot be brought "
                + "under a key")
    }

    /// The new files as a log of their own.
    private var newVolume: any Volume {
        newKey.map { EncryptedVolume(nested, key: $0) } ?? nested
    }

    private func copy(from old: any Volume) throws(LogError) {
        let names = try Self.names(in: old)
        let new = newVolume
        try storing { () throws(StorageError) in
            var total: UInt64 = 0
            for name in names { total += try old.open(name, create: .never).size }
            for directory in [Format.journalDirectory, SegmentFormat.directory] {
                try nested.makeDirectory(directory)
            }
            var done: UInt64 = 0
            for name in names {
                let source = try old.open(name, create: .never)
                let target = try new.open(name, create: .exclusive)
                // What a crash tore behind the journal's end is no part of the log.
                let isJournal = name.hasPrefix("\(Format.journalDirectory)/")
                try FileCopy(from: source, to: target, skippingDamage: isJournal).run { bytes in
                    progress(.copied(done + bytes, of: total))
                }
                done += source.size
            }
            for directory in [Format.journalDirectory, SegmentFormat.directory, ""] {
                try nested.syncDirectory(directory)
            }
            try base.syncDirectory("")
        }
    }

    /// The files of the log: without those that are prepared or were not finished.
    private static func names(in volume: any Volume) throws(LogError) -> [String] {
        let journal = try JournalDirectory(reading: volume).files.map(\.name.path)
        let segments = try SegmentDirectory(reading: volume).numbers
        return journal + segments.map { SegmentName(number: $0).path }
    }

    private func verify(_ volume: any Volume) throws(LogError) -> VerificationReport {
        let report = try LogVerifier.verify(volume: volume)
        if let damage = report.damages.first {
            throw .corruption(
                file: damage.file, byte: damage.byte, count: damage.count, detail: damage.detail)
        }
        return report
    }

    /// What must be the same before and after.
    private static func summary(of report: VerificationReport) -> [String] {
        report.streams.map {
            "\($0.id) \($0.name ?? "") \($0.records) \($0.bytes) \($0.head) \($0.isClosed)"
        } + ["\(report.lastLSN) \(report.durableMark)"]
    }

    // MARK: Replacing

    /// Puts the new files into the places of the old ones. Whatever of it was done before is left.
    private func replace() throws(LogError) {
        try storing { () throws(StorageError) in
            try checkNewKey()
            for directory in [Format.journalDirectory, SegmentFormat.directory] {
                try replaceFiles(in: directory)
            }
        }
        // They are made again: from the segments, and from the batches.
        try LogError.wrappingIndex { () throws(IndexError) in
            let indexes = LogVolume.indexes(of: base)
            try indexes?.destroy(Catalog.indexName)
            if newKey != nil { try indexes?.destroy(Format.indexDirectory) }
        }
        try storing { () throws(StorageError) in
            try base.syncDirectory("")
            try discard()
        }
        guard let files = base as? FileVolume else { return }
        // Empty, and nobody minds them.
        let path = "\(files.rootDirectory)/\(RekeyFormat.directory)"
        for directory in ["/\(Format.journalDirectory)", "/\(SegmentFormat.directory)", ""] {
            try? File.removeDirectory(path + directory)
        }
    }

    private func replaceFiles(in directory: String) throws(StorageError) {
        let isThere = try base.list("").contains(directory)
        for name in isThere ? try base.list(directory) : [] where Self.isTemporary(name) {
            try base.remove("\(directory)/\(name)")
        }
        let names = try nested.list(directory)
        if !isThere, !names.isEmpty {
            try base.makeDirectory(directory)
            try base.syncDirectory("")
        }
        for name in names {
            let path = "\(directory)/\(name)"
            try base.rename("\(RekeyFormat.directory)/\(path)", to: path)
        }
        if isThere || !names.isEmpty { try base.syncDirectory(directory) }
    }

    /// Throws when the new files are not of the new key.
    private func checkNewKey() throws(StorageError) {
        for directory in [Format.journalDirectory, SegmentFormat.directory] {
            guard let name = try nested.list(directory).first else { continue }
            let path = "\(directory)/\(name)"
            _ = try newVolume.open(path, create: .never)
            if newKey == nil, try LogVolume.isEncrypted(path, in: nested) == true {
                throw .keyMissing(path: "\(RekeyFormat.directory)/\(path)")
            }
            return
        }
    }

    private static func isTemporary(_ name: String) -> Bool {
        if let file = JournalFileName(name) { return file.role != .journal }
        return SegmentName(name)?.role.isTemporary ?? false
    }

    /// Removes what is left in the directory of new files, the mark last.
    private func discard() throws(StorageError) {
        guard try base.list("").contains(RekeyFormat.directory) else { return }
        for directory in try nested.list("") where directory != RekeyFormat.complete {
            for name in try nested.list(directory) { try nested.remove("\(directory)/\(name)") }
        }
        if try Self.isComplete(base) { try nested.remove(RekeyFormat.complete) }
        try nested.syncDirectory("")
    }

    private func storing<R>(_ body: () throws(StorageError) -> R) throws(LogError) -> R {
        try LogError.wrapping(body)
    }
}
