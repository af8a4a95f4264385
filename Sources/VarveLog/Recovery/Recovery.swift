import VarveIndex
import VarvePlatform
import VarveStorage

/// Opening a log: reads what is there, decides where it ends, and prepares the file that goes on.
///
/// The rule is in `docs/format.md`, "Opening". Nothing on disk changes before everything was read
/// and found right; the new file becomes part of the log in one step. Memory is bounded: payloads
/// are checked and not kept. Thread rule: the opening thread.
struct Recovery {
    /// Everything a log is put together from.
    struct Outcome {
        var options: LogOptions
        var volume: any Volume
        var clock: any Clock
        var random: any RandomSource
        var fold: (any LogFold)?
        var files: JournalFiles
        var journal: Journal
        var commits: Commits
        var stager: Stager
        var directory: StreamDirectory
        var settled: SettledPart
        var preparer: FilePreparer
        var file: JournalFile
        var fileID: UInt64
        var endByte: UInt64
        var lastLSN: UInt64
        /// The time of the last frame.
        var lastWallMilliseconds: UInt64
        /// Bytes of frames that are in no segment yet.
        var unsettledBytes: UInt64
        /// Bytes of all streams' own records.
        var streamBytes: UInt64
    }

    /// Where the files that were found end, and what of them is copied into the new one.
    private struct Ending {
        /// The header of the last file.
        var previous: FileHeader?
        /// Where it ends from now on.
        var endByte: UInt64 = 0
        /// The last LSN it keeps.
        var endLSN: UInt64 = 0
        /// The last LSN of the log.
        var lastLSN: UInt64 = 0
        /// The copy of the frames behind the durable mark.
        var rewriter: TailRewriter?
        /// Bytes of the frames that were read.
        var frameBytes: UInt64 = 0
        /// The files without a seal, with the headers of their successors.
        var unsealed: [(name: String, next: FileHeader)] = []
    }

    private let volume: any Volume
    private let found: JournalDirectory
    /// Where the settled part ends: frames before it are not read.
    private let cut: CutPoint
    private let replay: Replay
    private let preparer: FilePreparer
    private let random: any RandomSource

    /// Recovers the log in `volume`, which the caller has locked.
    static func run(
        volume: any Volume, indexes: any IndexSource, options: LogOptions, clock: any Clock,
        random: any RandomSource, fold: (any LogFold)?
    ) throws(LogError) -> Outcome {
        var found = try JournalDirectory(reading: volume)
        var settled = try SettledPart(volume: volume, indexes: indexes)
        // In this order: of the files before the cut any may be left over.
        try found.begin(at: settled.mark.cut, isNew: !settled.hasCatalog)
        try found.checkContinuity()
        let directory = StreamDirectory(seed: random.next())
        let totals = try settled.catalog.totals()
        directory.adopt(settledStreams: totals.streams, through: settled.mark.cut.lsn)
        let replay = Replay(
            into: directory,
            from: StreamLoader(
                from: settled.catalog, into: directory, fold: fold, announces: false),
            fold: fold)
        let preparer = FilePreparer(
            volume: volume, options: options,
            spares: try usableSpares(found, in: volume, bytes: options.fileBytes),
            nextNumber: found.nextNumber)
        let recovery = Recovery(
            volume: volume, found: found, cut: settled.mark.cut, replay: replay,
            preparer: preparer, random: random)
        let (ending, start) = try recovery.recover(clock: clock, options: options)
        try settled.openForWriting()
        if settled.mark.cut.lsn == 0 {
            settled.mark.cut =
                found.beginning
                ?? CutPoint(
                    lsn: 0, file: start.file.number, fileID: start.id,
                    byte: UInt64(Format.fileHeaderBytes))
        }
        recovery.cleanUp(
            after: ending, start.header, spareBytes: UInt64(options.fileBytes),
            segmentsLeft: settled.filesLeft)
        let lastWall = max(replay.lastWall, settled.mark.wallMilliseconds)

        let files = JournalFiles(volume: volume, openMax: options.openFilesMax)
        files.add(start.file)
        let commits = Commits(through: ending.lastLSN, durability: options.durability)
        let journal = Journal(
            options: options, random: random, file: start.file.number, fileID: start.id,
            byte: start.endByte, nextLSN: ending.lastLSN + 1, lastWallMilliseconds: lastWall,
            unsettledBytes: ending.frameBytes)
        return Outcome(
            options: options, volume: volume, clock: clock, random: random, fold: fold,
            files: files,
            journal: journal, commits: commits,
            stager: Stager(
                journal: journal, options: options, commits: commits, preparer: preparer),
            directory: directory, settled: settled, preparer: preparer, file: start.file,
            fileID: start.id, endByte: start.endByte, lastLSN: ending.lastLSN,
            lastWallMilliseconds: lastWall, unsettledBytes: ending.frameBytes,
            streamBytes: totals.bytes &+ replay.gainedBytes)
    }

    /// Reads everything and makes the new file part of the log, or leaves nothing behind.
    private func recover(
        clock: any Clock, options: LogOptions
    ) throws(LogError) -> (Ending, Start) {
        do throws(LogError) {
            let ending = try readFiles()
            return (ending, try startNewFile(after: ending, clock: clock, options: options))
        } catch {
            preparer.discardPrepared()
            throw error
        }
    }

    // MARK: Reading

    private func readFiles() throws(LogError) -> Ending {
        var ending = Ending()
        ending.endLSN = cut.lsn
        ending.lastLSN = cut.lsn
        for (index, file) in found.files.enumerated() {
            guard let header = file.header else { continue }
            let name = file.name.path
            let backend = try LogError.wrapping { () throws(StorageError) in
                try volume.open(name, create: .never)
            }
            guard header.baseLSN == ending.lastLSN + 1 || index == 0 else {
                throw .corruption(
                    file: name, byte: 32, count: 8,
                    detail: "it begins with LSN \(header.baseLSN) instead of \(ending.lastLSN + 1)")
            }
            if index + 1 < found.files.count, let next = found.files[index + 1].header {
                try readInner(
                    backend, header, name, from: first(of: header), next: next, into: &ending)
            } else {
                try readLast(backend, header, name, from: first(of: header), into: &ending)
            }
            ending.previous = header
        }
        return ending
    }

    /// Where the reading of a file begins: behind the cut, or with its first group.
    private func first(of header: FileHeader) -> (byte: UInt64, lsn: UInt64) {
        header.number == cut.place.fileNumber
            ? (cut.place.byte, cut.lsn + 1) : (UInt64(Format.fileHeaderBytes), header.baseLSN)
    }

    /// Reads a file that has a successor: to its recorded end, and all of it must be there.
    private func readInner(
        _ backend: any StorageBackend, _ header: FileHeader, _ name: String,
        from first: (byte: UInt64, lsn: UInt64), next: FileHeader, into ending: inout Ending
    ) throws(LogError) {
        let scan = FrameScan(backend, fileID: header.id, recordedEnd: next.previousEndByte)
        var assembler = SetAssembler()
        var frameBytes: UInt64 = 0
        let stop = try scan.run(from: first.byte, nextLSN: first.lsn) { (item) throws(LogError) in
            guard case .frame(let frame, let byte) = item else {
                return try Self.checkGroupBorder(item, assembler, name)
            }
            frameBytes += UInt64(frame.header.frameBytes)
            if let set = try Self.add(frame, at: byte, to: &assembler, name) {
                try replay.apply(set, file: UInt32(header.number), bytes: set.parts.map(\.byte))
            }
        }
        guard stop.isRecordedEnd, stop.problem == nil, stop.nextLSN == next.baseLSN else {
            throw .corruption(
                file: name, byte: stop.byte, count: stop.count,
                detail: stop.problem
                    ?? "LSN \(stop.nextLSN) to \(next.baseLSN - 1) are missing"
            )
        }
        ending.lastLSN = stop.nextLSN - 1
        ending.frameBytes += frameBytes
        // Not needed for opening, so it does no harm when it cannot be read.
        let seal = try? scan.groupHeader(at: next.previousEndByte)
        if seal != FileSeal.header(before: next) { ending.unsealed.append((name, next)) }
    }

    /// Reads the last file: to the first frame that is not there, which must lie behind the durable
    /// mark.
    private func readLast(
        _ backend: any StorageBackend, _ header: FileHeader, _ name: String,
        from first: (byte: UInt64, lsn: UInt64), into ending: inout Ending
    ) throws(LogError) {
        let scan = FrameScan(backend, fileID: header.id, recordedEnd: nil)
        let claims = try scan.claims(
            of: header.number, atLeast: max(header.syncedThrough, cut.lsn))
        let mark = claims.durableMark
        var assembler = SetAssembler()
        var rewriter: TailRewriter?
        // Marks behind the last group kept may not be on stable storage, and what they say goes
        // into the new file's header: the file ends before them.
        var endByte = first.byte
        var frameBytes: UInt64 = 0
        var lastLSN = first.lsn - 1
        let stop = try scan.run(from: first.byte, nextLSN: first.lsn) { (item) throws(LogError) in
            switch item {
            case .group(let group):
                try Self.checkGroupBorder(item, assembler, name)
                guard group.frameCount > 0 else { return }
                let groupLast = group.firstLSN + UInt64(group.frameCount) - 1
                if group.firstLSN <= mark, groupLast > mark {
                    throw Self.corruption(
                        .splitByMark, name, group.byte, group.endByte - group.byte)
                }
            case .frame(let frame, let byte):
                frameBytes += UInt64(frame.header.frameBytes)
                guard let set = try Self.add(frame, at: byte, to: &assembler, name) else { return }
                lastLSN = set.lastLSN
                guard lastLSN > mark else {
                    return try replay.apply(
                        set, file: UInt32(header.number), bytes: set.parts.map(\.byte))
                }
                if rewriter == nil { rewriter = try startRewriting(backend, header, mark) }
                guard let copy = rewriter else { return }
                try replay.apply(
                    set, file: UInt32(header.number) + 1, bytes: try copy.copy(set))
            case .groupEnd(let group):
                try Self.checkGroupBorder(item, assembler, name)
                try rewriter?.endGroup()
                if group.frameCount > 0, group.firstLSN <= mark { endByte = group.endByte }
            }
        }
        try rewriter?.endGroup()
        guard !stop.isDamage(below: mark) else {
            throw .corruption(
                file: name, byte: stop.byte, count: stop.count,
                detail: stop.problem ?? "LSN \(stop.nextLSN) was synced and is not here")
        }
        if let seal = claims.seal { throw FileSeal.missing(seal, in: name) }
        ending.endByte = endByte
        ending.endLSN = min(mark, lastLSN)
        ending.lastLSN = lastLSN
        ending.rewriter = rewriter
        ending.frameBytes += frameBytes
    }

    private static func add(
        _ frame: Frame, at byte: UInt64, to assembler: inout SetAssembler, _ name: String
    ) throws(LogError) -> SetAssembler.FrameSet? {
        do throws(LogError.Inconsistency) {
            return try assembler.add(frame, byte: byte)
        } catch {
            throw corruption(error, name, byte, UInt64(frame.header.frameBytes))
        }
    }

    /// A set never goes over a group's border.
    private static func checkGroupBorder(
        _ item: FrameScan.Item, _ assembler: SetAssembler, _ name: String
    ) throws(LogError) {
        guard assembler.isInside, case .groupEnd(let group) = item else { return }
        throw corruption(.partsContradict, name, group.byte, group.endByte - group.byte)
    }

    private static func corruption(
        _ inconsistency: LogError.Inconsistency, _ name: String, _ byte: UInt64, _ count: UInt64
    ) -> LogError {
        .corruption(file: name, byte: byte, count: count, detail: inconsistency.rawValue)
    }

    // MARK: Writing

    private func startRewriting(
        _ backend: any StorageBackend, _ header: FileHeader, _ mark: UInt64
    ) throws(LogError) -> TailRewriter {
        TailRewriter(
            from: backend, sourceID: header.id, to: try takeSpare(),
            fileID: Journal.newFileID(random), durableMark: mark)
    }

    private func takeSpare() throws(LogError) -> FilePreparer.Spare {
        if let spare = preparer.take() { return spare }
        let directory = Format.journalDirectory
        try LogError.wrapping { () throws(StorageError) in
            if !(try volume.list("").contains(directory)) { try volume.makeDirectory(directory) }
            // One that is there may have been made by a process that died before this.
            try volume.syncDirectory("")
        }
        return try preparer.prepareNow()
    }

    private struct Start {
        var file: JournalFile
        var header: FileHeader
        var endByte: UInt64

        var id: UInt64 { header.id }
    }

    /// Makes the file that goes on part of the log, with the tail that was copied into it.
    private func startNewFile(
        after ending: Ending, clock: any Clock, options: LogOptions
    ) throws(LogError) -> Start {
        let spare: FilePreparer.Spare
        if let copied = ending.rewriter?.spare { spare = copied } else { spare = try takeSpare() }
        let id = ending.rewriter?.fileID ?? Journal.newFileID(random)
        let number = (ending.previous?.number ?? 0) + 1
        guard number <= UInt64(UInt32.max) else {
            throw .limitExceeded(
                name: "journal files", limit: Int(UInt32.max), actual: Int(number))
        }
        var header = FileHeader(number: number, id: id, baseLSN: ending.endLSN + 1)
        if let previous = ending.previous {
            header.previousNumber = previous.number
            header.previousID = previous.id
            header.previousEndByte = ending.endByte
            header.previousEndLSN = ending.endLSN
        }
        // Everything in the file is synced before its name is: what it says becomes true with it.
        header.syncedThrough = ending.lastLSN
        header.wallMilliseconds = max(clock.wallMilliseconds(), replay.lastWall)
        header.fileBytes = spare.backend.size
        let backend = try JournalWriter.install(spare, header: header, in: volume)
        return Start(
            file: JournalFile(number: UInt32(number), backend: backend), header: header,
            endByte: ending.rewriter?.nextGroupByte ?? UInt64(Format.fileHeaderBytes))
    }

    /// Gives back space that the log no longer needs; nothing depends on its success.
    ///
    /// - Parameters:
    ///   - start: the header of the new file.
    ///   - segmentsLeft: how many segments could not be removed that are of no use.
    private func cleanUp(
        after ending: Ending, _ start: FileHeader, spareBytes: UInt64, segmentsLeft: Int
    ) {
        for file in ending.unsealed { _ = seal(file.name, before: file.next) }
        if let previous = ending.previous {
            let name = JournalFileName(number: previous.number, role: .journal).path
            let isSealed = seal(name, before: start)
            let end = ending.endByte + (isSealed ? UInt64(Format.alignment) : 0)
            if let backend = try? volume.open(name, create: .never), backend.size > end {
                try? backend.truncate(to: end)
            }
        }
        var useless = found.unfinished + found.settled
        for name in found.spares {
            let size = try? volume.open(name.path, create: .never).size
            if let size, size != spareBytes { useless.append(name) }
            // One that does not open is an encrypted one that is damaged, or in use by now.
            if size == nil { try? volume.remove(name.path) }
        }
        // What a redaction erases may be there.
        let left = useless.count { (try? volume.remove($0.path)) == nil }
        preparer.noteFilesLeft(left + segmentsLeft)
    }

    /// Says in a file that another one goes on, which has its name; whether that worked.
    private func seal(_ name: String, before next: FileHeader) -> Bool {
        guard let file = try? volume.open(name, create: .never) else { return false }
        return (try? FileSeal.write(to: file, before: next)) != nil
    }

    /// The spares an earlier life left, as far as they have the size that is wanted now.
    private static func usableSpares(
        _ found: JournalDirectory, in volume: any Volume, bytes: Int
    ) throws(LogError) -> [FilePreparer.Spare] {
        try LogError.wrapping { () throws(StorageError) in
            var spares: [FilePreparer.Spare] = []
            for name in found.spares {
                do throws(StorageError) {
                    let backend = try volume.open(name.path, create: .never)
                    guard backend.size == UInt64(bytes) else { continue }
                    spares.append(FilePreparer.Spare(name: name, backend: backend))
                } catch {
                    // Nothing is lost with a spare whose encryption is damaged.
                    guard case .damaged = error else { throw error }
                }
            }
            return spares
        }
    }
}
