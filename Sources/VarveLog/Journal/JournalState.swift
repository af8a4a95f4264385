import VarvePlatform

/// What a journal keeps under its lock.
struct JournalState {
    /// Bytes at the end of a file that only a mark may take.
    private static let markBytes = UInt64(Format.alignment)

    private let options: LogOptions
    private let random: any RandomSource
    private let fileBytes: UInt64

    /// The LSN the next frame gets.
    var nextLSN: UInt64
    /// The time of the newest frame.
    var lastWall: UInt64
    /// The newest file, and its id.
    var file: UInt32
    var fileID: UInt64
    /// Where the next group begins in the file.
    var nextGroupByte: UInt64
    /// The group that takes frames.
    var openGroup: Group?
    /// Groups that wait to be written.
    var sealed: ContiguousArray<Group> = []
    /// Groups for another use.
    var idleGroups: ContiguousArray<Group> = []
    /// Bytes of frames that wait to be written.
    var stagedBytes = 0
    /// Bytes of frames that are in no segment yet.
    var unsettledBytes: UInt64
    /// The newest part in memory.
    var window: BlockWindow
    /// Files that are ready and not yet promised to a group.
    var readyFiles = 0
    /// Why the last attempt to prepare a file failed.
    var preparationFailure: LogError?
    /// Whether everything is refused.
    var isClosed = false

    /// A journal whose next group goes to `byte` of a file that is in place.
    init(
        options: LogOptions, random: any RandomSource, file: UInt32, fileID: UInt64, byte: UInt64,
        nextLSN: UInt64, lastWallMilliseconds: UInt64, unsettledBytes: UInt64
    ) {
        self.options = options
        self.random = random
        self.fileBytes = UInt64(options.fileBytes)
        self.file = file
        self.fileID = fileID
        self.nextGroupByte = byte
        self.nextLSN = nextLSN
        self.lastWall = lastWallMilliseconds
        self.unsettledBytes = unsettledBytes
        window = BlockWindow(bytes: options.windowBytes)
    }

    /// The open group, with room for `bytes` more in itself and its file.
    mutating func admit(_ bytes: Int, startsFile: Bool = false) throws(LogError) -> Group {
        if isClosed { throw .closed }
        let largest =
            fileBytes - UInt64(Format.fileHeaderBytes + Format.groupHeaderBytes) - Self.markBytes
        guard UInt64(bytes) <= largest else {
            throw .limitExceeded(name: "journal file bytes", limit: Int(largest), actual: bytes)
        }
        if stagedBytes > 0, stagedBytes + bytes > options.stagedBytesMax {
            throw .overloaded(reason: "\(stagedBytes) bytes wait for the disk")
        }
        if unsettledBytes > options.unsettledBytesMax {
            throw .overloaded(reason: "\(unsettledBytes) bytes wait to be settled")
        }
        if startsFile {
            if readyFiles == 0 { throw missingFile }
            sealOpenGroup()
        }
        if let group = openGroup {
            let end = Format.aligned(group.nextByte + UInt64(bytes)) + Self.markBytes
            if group.frameBytes + bytes <= options.groupBytes, end <= fileBytes { return group }
            sealOpenGroup()
        }
        let needed = UInt64(Format.groupHeaderBytes + bytes)
        if startsFile || Format.aligned(nextGroupByte + needed) + Self.markBytes > fileBytes {
            try moveToNextFile()
        }
        let group = idleGroups.popLast() ?? Group()
        group.open(file: file, fileID: fileID, byte: nextGroupByte, firstLSN: nextLSN)
        openGroup = group
        return group
    }

    private var missingFile: LogError {
        preparationFailure ?? .overloaded(reason: "the next journal file is not ready")
    }

    private mutating func moveToNextFile() throws(LogError) {
        guard readyFiles > 0 else { throw missingFile }
        guard file < UInt32.max else {
            throw .limitExceeded(
                name: "journal files", limit: Int(UInt32.max), actual: Int(file) + 1)
        }
        readyFiles -= 1
        file += 1
        fileID = Journal.newFileID(random)
        nextGroupByte = UInt64(Format.fileHeaderBytes)
    }

    /// Begins a set in `group`, which was admitted.
    mutating func begin(_ group: Group, _ wallMilliseconds: UInt64) -> Reservation {
        lastWall = max(lastWall, wallMilliseconds)
        group.beginFilling()
        return Reservation(
            firstLSN: nextLSN, wallMilliseconds: lastWall, group: Unmanaged.passUnretained(group))
    }

    /// Takes the next LSN and memory for one frame.
    mutating func place(_ bytes: Int, in group: Group) -> Placement {
        let byte = UInt32(group.nextByte)
        let (block, start) = window.take(bytes, file: file, byte: byte, lsn: nextLSN)
        group.add(block.memory + start, count: bytes)
        stagedBytes += bytes
        unsettledBytes += UInt64(bytes)
        let placement = Placement(
            lsn: nextLSN, block: Unmanaged.passUnretained(block), start: start,
            frameBytes: bytes, file: file, byte: byte, fileID: fileID)
        nextLSN += 1
        return placement
    }

    /// Ends the open group; it waits to be written.
    mutating func sealOpenGroup() {
        guard let group = openGroup else { return }
        openGroup = nil
        group.seal()
        nextGroupByte = group.endByte
        sealed.append(group)
    }

    /// Reserves a place for a mark, as `Journal.reserveMark` says.
    mutating func reserveMark() -> MarkPlace? {
        guard openGroup == nil, sealed.isEmpty, nextGroupByte + Self.markBytes <= fileBytes else {
            return nil
        }
        let place = MarkPlace(byte: nextGroupByte, nextLSN: nextLSN)
        nextGroupByte += Self.markBytes
        return place
    }
}
