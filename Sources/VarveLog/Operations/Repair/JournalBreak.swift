import VarveStorage

/// The first place of the journal behind which opening a log does not get.
struct JournalBreak {
    /// The index of the file among those found; files before it are sound.
    var index: Int
    /// Why.
    var error: LogError
    /// The LSN of the first frame that is lost.
    var firstLost: UInt64
    /// Where what is lost begins in that file, and where the group around it ends; nil when all of
    /// the file is lost, or it is missing.
    var place: (byte: UInt64, groupEnd: UInt64)?
}

/// Reads a journal as opening does, up to the first thing that stops it. Changes nothing.
struct JournalCheckup {
    /// Where the files are.
    let volume: any Volume
    /// The files, from the one where the journal goes on behind the cut.
    private(set) var files: [JournalDirectory.File]
    /// Where the settled part ends.
    let cut: CutPoint
    /// The streams there.
    let catalog: Catalog

    /// Looks for the first thing that stops the opening; nil when nothing does.
    ///
    /// Throws what is not damage, such as a file system that fails.
    ///
    /// - Parameter isNew: whether there is no catalog, so that there need not be a journal.
    static func run(
        volume: any Volume, found: JournalDirectory, cut: CutPoint, isNew: Bool, catalog: Catalog
    ) throws(LogError) -> (checkup: JournalCheckup, break: JournalBreak?) {
        var begun = found
        do throws(LogError) {
            try begun.begin(at: cut, isNew: isNew)
        } catch {
            var rest = found
            rest.files.removeAll { $0.name.number < cut.place.fileNumber }
            let checkup = JournalCheckup(
                volume: volume, files: rest.files, cut: cut, catalog: catalog)
            return (checkup, JournalBreak(index: 0, error: error, firstLost: cut.lsn + 1))
        }
        let checkup = JournalCheckup(volume: volume, files: begun.files, cut: cut, catalog: catalog)
        return (checkup, try checkup.find(in: begun))
    }

    private init(
        volume: any Volume, files: [JournalDirectory.File], cut: CutPoint, catalog: Catalog
    ) {
        self.volume = volume
        self.files = files
        self.cut = cut
        self.catalog = catalog
    }

    /// How many files from the first on are there, sound in their headers, and continue each other.
    private func continuous(_ found: JournalDirectory) -> (count: Int, error: LogError?) {
        for count in 1...max(1, files.count) {
            var prefix = found
            prefix.files = Array(files.prefix(count))
            if let error = prefix.continuityErrors().first { return (count - 1, error) }
        }
        return (files.count, nil)
    }

    private func find(in found: JournalDirectory) throws(LogError) -> JournalBreak? {
        let (count, headerError) = continuous(found)
        let catalog = self.catalog
        let replay = Replay(fold: nil) { (id) throws(LogError) in
            try catalog.stream(id)?.makeStream(fold: nil, source: nil)
        }
        var next = cut.lsn + 1
        for index in 0..<count {
            guard let header = files[index].header else { continue }
            if index > 0, header.baseLSN != next {
                let error = LogError.corruption(
                    file: files[index].name.path, byte: 32, count: 8,
                    detail: "LSN \(next) to \(header.baseLSN - 1) are missing before it")
                return try broken(before: index, error, next)
            }
            let isFirst = header.number == cut.place.fileNumber
            let start = isFirst ? cut.place.byte : UInt64(Format.fileHeaderBytes)
            let first = isFirst ? cut.lsn + 1 : header.baseLSN
            let successor = index + 1 < count ? files[index + 1].header : nil
            if let found = try read(
                index, header, from: start, first, before: successor, replay, &next)
            {
                return found
            }
        }
        if let headerError { return try broken(before: count, headerError, next) }
        guard count > 0, let seal = try seal(of: count - 1) else { return nil }
        let error = FileSeal.missing(seal, in: files[count - 1].name.path)
        return try broken(before: count, error, next)
    }

    /// The break behind a file that is whole. The seal of that one must go as well: it would not be
    /// taken for the last one.
    private func broken(
        before index: Int, _ error: LogError, _ firstLost: UInt64
    ) throws(LogError) -> JournalBreak {
        guard index > 0, let seal = try seal(of: index - 1) else {
            return JournalBreak(index: index, error: error, firstLost: firstLost)
        }
        return JournalBreak(
            index: index - 1, error: error, firstLost: firstLost,
            place: (seal.byte, seal.endByte))
    }

    private func seal(of index: Int) throws(LogError) -> GroupHeader? {
        guard let header = files[index].header else { return nil }
        let name = files[index].name.path
        let backend = try LogError.wrapping { () throws(StorageError) in
            try volume.open(name, create: .never)
        }
        return try FrameScan(backend, fileID: header.id, recordedEnd: nil)
            .claims(of: header.number, atLeast: 0).seal
    }

    /// Reads one file; where that ends before it should.
    private func read(
        _ index: Int, _ header: FileHeader, from byte: UInt64, _ lsn: UInt64,
        before successor: FileHeader?, _ replay: Replay, _ next: inout UInt64
    ) throws(LogError) -> JournalBreak? {
        let name = files[index].name.path
        let backend = try LogError.wrapping { () throws(StorageError) in
            try volume.open(name, create: .never)
        }
        let scan = FrameScan(
            backend, fileID: header.id, recordedEnd: successor?.previousEndByte)
        var assembler = SetAssembler()
        var groupEnd: UInt64 = 0
        var last = lsn - 1
        var found: JournalBreak?
        func stopped(_ error: LogError, _ frame: UInt64, _ lsn: UInt64) -> LogError {
            found = JournalBreak(
                index: index, error: error, firstLost: lsn, place: (frame, groupEnd))
            return error
        }
        let stop: FrameScan.Stop
        do throws(LogError) {
            stop = try scan.run(from: byte, nextLSN: lsn) { (item) throws(LogError) in
                if case .group(let group) = item { groupEnd = group.endByte }
                guard case .frame(let frame, let byte) = item else { return }
                let set: SetAssembler.FrameSet?
                do throws(LogError.Inconsistency) {
                    set = try assembler.add(frame, byte: byte)
                } catch {
                    throw stopped(
                        .corruption(
                            file: name, byte: byte, count: UInt64(frame.header.frameBytes),
                            detail: error.rawValue),
                        assembler.currentByte ?? byte, last + 1)
                }
                guard let set else { return }
                do throws(LogError) {
                    try replay.apply(
                        set, file: UInt32(header.number), bytes: set.parts.map(\.byte))
                } catch {
                    throw stopped(error, set.parts[0].byte, set.first.lsn)
                }
                last = set.lastLSN
            }
        } catch {
            if let found { return found }
            throw error
        }
        next = last + 1
        guard let end = try self.end(index, header, scan, stop, before: successor) else {
            return nil
        }
        guard end.index == index, end.place == nil else { return end }
        // What belongs to a set that is not whole goes with it.
        let lost = assembler.currentByte ?? stop.byte
        return JournalBreak(
            index: index, error: end.error, firstLost: last + 1,
            place: (lost, stop.count > 0 && stop.byte < groupEnd ? groupEnd : lost))
    }

    /// Whether a file that ended in `stop` ended before it should.
    private func end(
        _ index: Int, _ header: FileHeader, _ scan: FrameScan, _ stop: FrameScan.Stop,
        before successor: FileHeader?
    ) throws(LogError) -> JournalBreak? {
        func damage(_ detail: String) -> LogError {
            .corruption(
                file: files[index].name.path, byte: stop.byte, count: stop.count,
                detail: stop.problem ?? detail)
        }
        let isWhole = stop.isRecordedEnd && stop.problem == nil
        if let successor {
            if isWhole, stop.nextLSN == successor.baseLSN { return nil }
            let missing = "LSN \(stop.nextLSN) to \(successor.baseLSN - 1) are missing"
            guard isWhole else {
                return JournalBreak(
                    index: index, error: damage(missing), firstLost: stop.nextLSN)
            }
            return try broken(before: index + 1, damage(missing), stop.nextLSN)
        }
        let mark = try scan.claims(
            of: header.number, atLeast: max(header.syncedThrough, cut.lsn)
        ).durableMark
        guard stop.isDamage(below: mark) else { return nil }
        return JournalBreak(
            index: index, error: damage("LSN \(stop.nextLSN) was synced and is not here"),
            firstLost: stop.nextLSN)
    }
}
