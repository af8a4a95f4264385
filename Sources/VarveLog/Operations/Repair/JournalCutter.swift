import VarvePlatform
import VarveStorage

/// Cuts a journal before the first place that stops its opening; keeps everything it takes away.
struct JournalCutter {
    /// Where the files are.
    let volume: any Volume
    /// Where what is taken away goes.
    let quarantine: Quarantine
    /// What was found.
    let checkup: JournalCheckup
    /// Where the journal breaks.
    let broken: JournalBreak

    /// What is done, a line each.
    var plan: [String] {
        var lines: [String] = []
        let files = checkup.files
        if let place = broken.place {
            lines.append(
                "copy \(files[broken.index].name.path) aside and cut it at byte \(place.byte): the "
                    + "log ends with LSN \(broken.firstLost - 1)")
        }
        for file in removed {
            lines.append("move \(file.name.path) aside")
        }
        if needsBeginning {
            lines.append(
                "begin \(beginning.path) anew, behind LSN \(checkup.cut.lsn)")
        }
        return lines
    }

    /// The files that are moved away whole.
    private var removed: ArraySlice<JournalDirectory.File> {
        checkup.files[(broken.place == nil ? broken.index : broken.index + 1)...]
    }

    /// Whether the file in which the journal goes on behind the cut must be made.
    private var needsBeginning: Bool {
        broken.place == nil && broken.index == 0
    }

    private var beginning: JournalFileName {
        JournalFileName(number: place.fileNumber, role: .journal)
    }

    /// Where the journal goes on behind the cut: in its first file where nothing is settled.
    private var place: JournalCut {
        guard checkup.cut.lsn == 0 else { return checkup.cut.place }
        return JournalCut(
            fileNumber: 1, fileID: Journal.newFileID(SystemRandom()),
            byte: UInt64(Format.fileHeaderBytes))
    }

    /// Does it. The directory opens when it is done; interrupted, it can be done again.
    func perform() throws(LogError) {
        if let place = broken.place {
            let file = checkup.files[broken.index]
            try quarantine.copy(file.name.path)
            // From the last on: what is left always is a beginning.
            for file in removed.reversed() { try quarantine.move(file.name.path) }
            try cut(file, at: place)
        } else {
            for file in removed.reversed() { try quarantine.move(file.name.path) }
            if needsBeginning { try begin() }
        }
        try LogError.wrapping { () throws(StorageError) in
            try volume.syncDirectory(Format.journalDirectory)
        }
    }

    /// Ends a file with the last frame that is kept, and has its header claim no more than that.
    private func cut(
        _ file: JournalDirectory.File, at place: (byte: UInt64, groupEnd: UInt64)
    ) throws(LogError) {
        guard var header = file.header else { return }
        let end = max(min(place.groupEnd, file.size), UInt64(Format.fileHeaderBytes))
        try LogError.wrapping { () throws(StorageError) in
            let backend = try volume.open(file.name.path, create: .never)
            let zeros = UnsafeMutableRawBufferPointer.allocate(
                byteCount: Format.alignment, alignment: 8)
            defer { zeros.deallocate() }
            zeros.initializeMemory(as: UInt8.self, repeating: 0)
            var byte = place.byte
            while byte < end {
                let count = min(zeros.count, Int(end - byte))
                try backend.write(UnsafeRawBufferPointer(rebasing: zeros[..<count]), at: byte)
                byte += UInt64(count)
            }
            if end < backend.size { try backend.truncate(to: end) }
            try backend.sync()
        }
        guard header.syncedThrough >= broken.firstLost else { return }
        header.syncedThrough = max(broken.firstLost - 1, header.previousEndLSN)
        try write(header, to: file.name.path, bytes: UInt64(Format.fileHeaderBytes))
    }

    /// Makes the file in which the journal goes on behind the cut: nothing is in it.
    private func begin() throws(LogError) {
        let cut = checkup.cut
        let place = self.place
        let isFirst = place.fileNumber == 1
        var header = FileHeader(
            number: place.fileNumber, id: place.fileID,
            baseLSN: isFirst ? 1 : cut.lsn + 1)
        if !isFirst {
            header.previousNumber = place.fileNumber - 1
            header.previousEndByte = UInt64(Format.fileHeaderBytes)
            header.previousEndLSN = cut.lsn
        }
        header.syncedThrough = cut.lsn
        header.fileBytes = place.byte
        try write(header, to: beginning.path, bytes: place.byte)
    }

    /// Writes a header and makes the file `bytes` long if it is shorter.
    private func write(
        _ header: FileHeader, to path: String, bytes: UInt64
    ) throws(LogError) {
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Format.fileHeaderBytes, alignment: 8)
        defer { block.deallocate() }
        header.encode(into: block)
        try LogError.wrapping { () throws(StorageError) in
            let backend = try volume.open(path, create: .ifMissing)
            try backend.write(UnsafeRawBufferPointer(block), at: 0)
            block.initializeMemory(as: UInt8.self, repeating: 0)
            while backend.size < bytes {
                let count = min(block.count, Int(bytes - backend.size))
                _ = try backend.append(UnsafeRawBufferPointer(rebasing: block[..<count]))
            }
            try backend.sync()
        }
    }
}
