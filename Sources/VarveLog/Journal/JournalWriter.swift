import VarveBytes
import VarvePlatform
import VarveStorage

/// Writes groups to the newest file, changes files, and syncs. Used by the flusher alone.
final class JournalWriter {
    private let volume: any Volume
    private let files: JournalFiles
    private let preparer: FilePreparer
    private let clock: any Clock
    private var backend: any StorageBackend
    private var number: UInt32
    private var fileID: UInt64
    /// Where the groups with frames that were written to the file end.
    private var endByte: UInt64
    /// The last LSN written.
    private(set) var written: UInt64
    /// The last LSN on stable storage.
    private(set) var synced: UInt64
    /// The highest LSN of which the disk itself says that it was synced.
    private(set) var marked: UInt64
    /// The newest place where the journal can be cut.
    private(set) var cut: CutPoint

    /// A writer at the end of a file that is complete on stable storage.
    init(
        volume: any Volume, files: JournalFiles, preparer: FilePreparer, clock: any Clock,
        file: JournalFile, fileID: UInt64, endByte: UInt64, lastLSN: UInt64
    ) {
        self.volume = volume
        self.files = files
        self.preparer = preparer
        self.clock = clock
        backend = file.backend
        number = file.number
        self.fileID = fileID
        self.endByte = endByte
        written = lastLSN
        synced = lastLSN
        // The header of the file says so.
        marked = lastLSN
        cut = CutPoint(lsn: lastLSN, file: number, fileID: fileID, byte: endByte)
    }

    /// Writes one group; changes files first if it belongs to the next one.
    func write(_ group: Group) throws(LogError) {
        if group.file != number { try changeFile(to: group) }
        group.finish(syncedThrough: synced)
        let backend = self.backend
        try LogError.wrapping { () throws(StorageError) in
            try group.vectors.withUnsafeBufferPointer { (vectors) throws(StorageError) in
                try backend.write(vectors, at: group.byte)
            }
        }
        marked = max(marked, synced)
        written = group.lastLSN
        endByte = group.endByte
    }

    /// Puts everything written on stable storage.
    func sync() throws(LogError) {
        guard synced < written else { return }
        let backend = self.backend
        try LogError.wrapping { () throws(StorageError) in try backend.sync() }
        synced = written
        cut = CutPoint(lsn: synced, file: number, fileID: fileID, byte: endByte)
    }

    /// Writes, and syncs, a group without frames that says what is on stable storage.
    func mark(at place: MarkPlace) throws(LogError) {
        let backend = self.backend
        let fileID = self.fileID
        let mark = GroupHeader(
            firstLSN: place.nextLSN, syncedThrough: synced, byte: place.byte, frameCount: 0,
            frameBytes: 0)
        try LogError.wrapping { () throws(StorageError) in
            try mark.writeAlone(to: backend, fileID: fileID)
            try backend.sync()
        }
        // The file ends before it if nothing follows: there is room for the seal then.
        marked = synced
    }

    /// Makes the group's file the newest. The file before is on stable storage first, so that only
    /// the newest file can hold anything that is not.
    private func changeFile(to group: Group) throws(LogError) {
        try sync()
        guard let spare = preparer.take() else {
            throw .overloaded(reason: "a journal file that was ready is gone")
        }
        var header = FileHeader(
            number: UInt64(group.file), id: group.fileID, baseLSN: group.firstLSN)
        header.previousNumber = UInt64(number)
        header.previousID = fileID
        header.previousEndByte = endByte
        header.previousEndLSN = written
        header.syncedThrough = synced
        header.wallMilliseconds = clock.wallMilliseconds()
        header.fileBytes = spare.backend.size
        let old = backend
        backend = try Self.install(spare, header: header, in: volume)
        // Only now: a crash before would leave a seal that names a file which never was.
        try? FileSeal.write(to: old, before: header)
        number = group.file
        fileID = group.fileID
        endByte = UInt64(Format.fileHeaderBytes)
        marked = synced
        cut = CutPoint(lsn: synced, file: number, fileID: fileID, byte: endByte)
        files.add(JournalFile(number: number, backend: backend))
    }

    /// Writes a file's header, syncs the file with everything in it, gives it its name, and syncs
    /// that: afterwards it is part of the log, before it is not. Returns the file, opened by
    /// that name if that is possible, because it is the one that messages should say.
    static func install(
        _ spare: FilePreparer.Spare, header: FileHeader, in volume: any Volume
    ) throws(LogError) -> any StorageBackend {
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Format.fileHeaderBytes, alignment: Format.alignment)
        defer { block.deallocate() }
        header.encode(into: block)
        let name = JournalFileName(number: header.number, role: .journal).path
        return try LogError.wrapping { () throws(StorageError) in
            try spare.backend.write(UnsafeRawBufferPointer(block), at: 0)
            try spare.backend.sync()
            try volume.rename(spare.name.path, to: name)
            try volume.syncDirectory(Format.journalDirectory)
            // A process that is out of descriptors goes on with the file as it was opened before.
            return (try? volume.open(name, create: .never)) ?? spare.backend
        }
    }
}
