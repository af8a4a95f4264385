import Synchronization
import VarveIndex
import VarvePlatform
import VarveStorage

extension EventLog {
    /// Where the copy of the catalog is made before it is moved; on the log's own file system, so
    /// that unchanged files are shared. Opening a log does not mind names that begin with a dot.
    private static let catalogCopyName = ".catalog-for-backup"
    private static let indexCopyName = ".index-for-backup"

    /// Makes a consistent copy of the log in `directory`, which must not exist, beside all traffic;
    /// waits for disks. Everything acknowledged before the call is in it.
    ///
    /// Files are pinned, the catalog's database is copied at one moment, segments are shared by
    /// links where the file system can, and the journal is copied through what is synced. Merging
    /// goes on meanwhile. The copy is verified. It is complete when the call returns; what a crash
    /// leaves, nothing accepts.
    ///
    /// - Parameter progress: told the bytes that are done, and those to do; on this thread.
    /// - Throws: `overloaded` while another backup runs, `catalogFailed`, `io`, `outOfSpace`,
    ///   `poisoned`, `closed`.
    public func backup(
        to directory: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws(LogError) -> BackupManifest {
        guard let files = volume as? FileVolume else {
            throw .io(message: "a log that is not in plain files cannot be copied while it is open")
        }
        guard !isBackingUp.exchange(true, ordering: .acquiringAndReleasing) else {
            throw .overloaded(reason: "a backup is being made")
        }
        defer { isBackingUp.store(false, ordering: .releasing) }
        // Before there is a directory that would be in the way the next time.
        try catalog.checkWholeness()
        try waitUntilSynced(LSN(journal.next - 1))
        let root = files.rootDirectory
        // Before the look at the catalog: what it counts on stays as long as the pin is held.
        let pin = pins.pin()
        defer { withExtendedLifetime(pin) {} }
        return try withoutActuallyEscaping(progress) { progress throws(LogError) in
            var writer = try BackupWriter(directory, progress: progress)
            try copyCatalog(of: root, to: &writer)
            let end = try copyIndex(of: root, to: &writer)
            // The segments that the copied catalog counts on, and nothing of the directory: some
            // of what lies there was given up before the pin and may go meanwhile, and what came
            // later is in the journal behind the catalog's cut.
            let (mark, segments) = try CatalogCopy.contents(of: directory)
            let plan = try journalPlan(from: mark.cut, to: end)
            writer.total += plan.reduce(0) { $0 + $1.bytes }
            for number in segments {
                let path = SegmentName(number: number).path
                writer.total += try Self.size("\(root)/\(path)")
            }
            for number in segments {
                let path = SegmentName(number: number).path
                try writer.add("\(root)/\(path)", as: path, .share)
            }
            for file in plan {
                try writer.add("\(root)/\(file.path)", as: file.path, limit: file.bytes)
            }
            return try writer.finish(
                lastLSN: end.lsn, wallMilliseconds: clock.wallMilliseconds())
        }
    }

    /// Copies the catalog as it is at one moment.
    private func copyCatalog(
        of root: String, to writer: inout BackupWriter
    ) throws(LogError) {
        let path = "\(root)/\(Self.catalogCopyName)"
        try CatalogCopy.remove(path)
        try catalog.copy(to: path)
        try CatalogCopy.add(path, to: &writer)
        try CatalogCopy.remove(path)
    }

    /// Copies the index of the key-value store, if there is one; where the log ends that the copy
    /// goes with.
    private func copyIndex(
        of root: String, to writer: inout BackupWriter
    ) throws(LogError) -> CutPoint {
        if let companion = companion.withLock({ $0 }) {
            let path = "\(root)/\(Self.indexCopyName)"
            var end: CutPoint?
            try CatalogCopy.remove(path)
            let isCopied = try companion.withCopy(to: path) { () throws(LogError) in
                try waitUntilSynced(LSN(journal.next - 1))
                end = flusher.syncedCut
            }
            if isCopied, let end {
                try CatalogCopy.add(path, as: Format.indexDirectory, to: &writer)
                try CatalogCopy.remove(path)
                return end
            }
        } else if File.isDirectory("\(root)/\(Format.indexDirectory)") {
            // Nobody has it open.
            try CatalogCopy.add(
                "\(root)/\(Format.indexDirectory)", as: Format.indexDirectory, to: &writer)
        }
        return flusher.syncedCut
    }

    /// Sets what keeps an index beside the log; nil when it does no more.
    package func setCompanion(_ companion: (any LogCompanion)?) {
        self.companion.withLock { $0 = companion }
    }

    /// The journal files between two cuts, with the bytes of each that count: up to the end, and of
    /// all but the last one the seal behind it.
    private func journalPlan(
        from first: CutPoint, to end: CutPoint
    ) throws(LogError) -> [(path: String, bytes: UInt64)] {
        var plan: [(path: String, bytes: UInt64)] = []
        var number = max(1, first.place.fileNumber)
        while number <= end.place.fileNumber {
            let path = JournalFileName(number: number, role: .journal).path
            let isLast = number == end.place.fileNumber
            let next = isLast ? nil : try header(of: number + 1)
            var count = end.place.byte
            if let next {
                let size = try bytes.files.file(UInt32(number)).backend.size
                count = min(size, next.previousEndByte + UInt64(Format.alignment))
            }
            plan.append((path, count))
            number += 1
        }
        return plan
    }

    private func header(of number: UInt64) throws(LogError) -> FileHeader {
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Format.fileHeaderBytes, alignment: 8)
        defer { block.deallocate() }
        try bytes.files.file(UInt32(number)).read(at: 0, into: block)
        do throws(FileHeader.Failure) {
            return try FileHeader(UnsafeRawBufferPointer(block))
        } catch {
            throw .corruption(
                file: JournalFileName(number: number, role: .journal).path, byte: 0,
                count: UInt64(Format.fileHeaderBytes), detail: "the file header is damaged")
        }
    }

    private static func size(_ path: String) throws(LogError) -> UInt64 {
        try BackupWriter.call { () throws(SystemError) in
            let file = try File.open(path)
            return try File.size(file.raw)
        }
    }
}
