import VarvePlatform

/// Where frames get their LSN, their place in the file and their memory: the one order of the log.
///
/// Under its lock only numbers and bytes are reserved; frames are encoded outside, and the flusher
/// waits for them. Thread rule: any thread; every field under the lock, which is taken last (after
/// the namespace's and a stream's).
//
// @unchecked Sendable: see the thread rule.
final class Journal: @unchecked Sendable {
    /// Bytes at the end of a file that only a mark may take.
    private static let markBytes = UInt64(Format.alignment)

    private let gate = Condition()
    private let options: LogOptions
    private let random: any RandomSource
    private let fileBytes: UInt64

    @exclusivity(unchecked) private var nextLSN: UInt64
    @exclusivity(unchecked) private var lastWall: UInt64
    @exclusivity(unchecked) private var file: UInt32
    @exclusivity(unchecked) private var fileID: UInt64
    /// Where the next group begins in the file.
    @exclusivity(unchecked) private var nextGroupByte: UInt64
    @exclusivity(unchecked) private var openGroup: Group?
    @exclusivity(unchecked) private var sealed: ContiguousArray<Group> = []
    @exclusivity(unchecked) private var idleGroups: ContiguousArray<Group> = []
    @exclusivity(unchecked) private var stagedBytes = 0
    /// Bytes of frames that are in no segment yet.
    @exclusivity(unchecked) private var unsettledBytes: UInt64
    @exclusivity(unchecked) private var window: BlockWindow
    /// Files that are ready and not yet promised to a group.
    @exclusivity(unchecked) private var readyFiles = 0
    /// Why the last attempt to prepare a file failed.
    @exclusivity(unchecked) private var preparationFailure: LogError?
    @exclusivity(unchecked) private var isClosed = false

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

    // MARK: Staging

    /// Reserves one frame of `frameBytes` bytes; throws without having changed anything.
    ///
    /// - Parameter startsFile: whether the frame must be the first one of its file.
    func reserve(
        frameBytes: Int, wallMilliseconds: UInt64, startsFile: Bool = false,
        into placement: inout Placement
    ) throws(LogError) -> Reservation {
        gate.lock()
        defer { gate.unlock() }
        let group = try admit(frameBytes, startsFile: startsFile)
        let reservation = begin(group, wallMilliseconds)
        placement = place(frameBytes, in: group)
        return reservation
    }

    /// Reserves the frames of a set, in order; throws without having changed anything.
    func reserve(
        frames: [Int], wallMilliseconds: UInt64
    ) throws(LogError) -> (Reservation, [Placement]) {
        gate.lock()
        defer { gate.unlock() }
        let group = try admit(frames.reduce(0, +))
        let reservation = begin(group, wallMilliseconds)
        return (reservation, frames.map { place($0, in: group) })
    }

    /// The open group, with room for `bytes` more in itself and its file.
    private func admit(_ bytes: Int, startsFile: Bool = false) throws(LogError) -> Group {
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

    private func moveToNextFile() throws(LogError) {
        guard readyFiles > 0 else { throw missingFile }
        guard file < UInt32.max else {
            throw .limitExceeded(
                name: "journal files", limit: Int(UInt32.max), actual: Int(file) + 1)
        }
        readyFiles -= 1
        file += 1
        fileID = Self.newFileID(random)
        nextGroupByte = UInt64(Format.fileHeaderBytes)
    }

    /// A random id that is not zero.
    static func newFileID(_ random: any RandomSource) -> UInt64 {
        while true {
            let id = random.next()
            if id != 0 { return id }
        }
    }

    private func begin(_ group: Group, _ wallMilliseconds: UInt64) -> Reservation {
        lastWall = max(lastWall, wallMilliseconds)
        group.beginFilling()
        return Reservation(
            firstLSN: nextLSN, wallMilliseconds: lastWall, group: Unmanaged.passUnretained(group))
    }

    private func place(_ bytes: Int, in group: Group) -> Placement {
        let byte = UInt32(group.nextByte)
        let memory = window.take(bytes, file: file, byte: byte, lsn: nextLSN)
        group.add(memory, count: bytes)
        stagedBytes += bytes
        unsettledBytes += UInt64(bytes)
        let placement = Placement(
            lsn: nextLSN, memory: memory, frameBytes: bytes, file: file, byte: byte,
            fileID: fileID)
        nextLSN += 1
        return placement
    }

    private func sealOpenGroup() {
        guard let group = openGroup else { return }
        openGroup = nil
        group.seal()
        nextGroupByte = group.endByte
        sealed.append(group)
    }

    // MARK: For the flusher

    /// Seals the open group and hands over everything that waits to be written, in order.
    func takeGroups(into groups: inout ContiguousArray<Group>) {
        gate.lock()
        sealOpenGroup()
        groups.append(contentsOf: sealed)
        sealed.removeAll(keepingCapacity: true)
        gate.unlock()
    }

    /// Takes groups back after they were written, and drops memory above the window's limit.
    func retire(_ groups: ContiguousArray<Group>, writtenThrough lsn: UInt64) {
        gate.lock()
        for group in groups {
            stagedBytes -= group.frameBytes
            idleGroups.append(group)
        }
        window.evict(writtenThrough: lsn)
        gate.unlock()
    }

    /// Reserves a place for a mark, which has no frames; nil when something waits to be written, or
    /// the file has no room.
    func reserveMark() -> MarkPlace? {
        gate.lock()
        defer { gate.unlock() }
        guard openGroup == nil, sealed.isEmpty, nextGroupByte + Self.markBytes <= fileBytes else {
            return nil
        }
        let place = MarkPlace(byte: nextGroupByte, nextLSN: nextLSN)
        nextGroupByte += Self.markBytes
        return place
    }

    /// So many bytes of frames were settled.
    func noteSettled(bytes: UInt64) {
        gate.withLock { unsettledBytes -= min(bytes, unsettledBytes) }
    }

    /// Refuses everything from now on.
    func close() {
        gate.withLock { isClosed = true }
    }

    // MARK: For the preparer

    /// One more file is ready.
    func addReadyFile() {
        gate.withLock {
            readyFiles += 1
            preparationFailure = nil
        }
    }

    /// How many files are ready and promised to no group.
    var unpromisedFiles: Int { gate.withLock { readyFiles } }

    /// Has `body` take all files out that are promised to no group, and put others in their place:
    /// it is told their number and returns the new one. It must not call the journal.
    func replaceReadyFiles(_ body: (Int) -> Int) {
        gate.withLock { readyFiles = body(readyFiles) }
    }

    /// A file could not be prepared; staging that needs one says why.
    func preparationFailed(_ error: LogError) {
        gate.withLock { preparationFailure = error }
    }

    // MARK: For readers

    /// The memory of `count` bytes at `byte` of `file`, and what keeps it; nil when not in memory.
    func findInMemory(
        file: UInt32, byte: UInt32, count: Int
    ) -> (block: Block, bytes: UnsafeRawBufferPointer)? {
        gate.lock()
        defer { gate.unlock() }
        return window.find(file: file, byte: byte, count: count)
    }

    /// Copies `count` bytes at `byte` of `file` from memory; false when they are not in memory.
    ///
    /// For small runs: the copy is made under the lock, so that nothing has to be kept.
    func copyFromMemory(
        file: UInt32, byte: UInt32, count: Int, to target: UnsafeMutableRawPointer
    ) -> Bool {
        gate.lock()
        defer { gate.unlock() }
        guard let found = window.find(file: file, byte: byte, count: count),
            let source = found.bytes.baseAddress
        else { return false }
        target.copyMemory(from: source, byteCount: count)
        return true
    }

    /// Bytes of memory held for the newest part of the journal.
    var memoryBytes: Int { gate.withLock { window.memoryBytes } }

    /// Bytes that wait to be written.
    var waitingBytes: Int { gate.withLock { stagedBytes } }

    /// Whether so much waits to be written or settled that nothing is taken.
    var isFull: Bool {
        gate.withLock {
            stagedBytes >= options.stagedBytesMax || unsettledBytes > options.unsettledBytesMax
        }
    }

    /// The LSN the next frame gets.
    var next: UInt64 { gate.withLock { nextLSN } }
}

/// Where a mark goes.
struct MarkPlace {
    /// Its position in the newest file.
    var byte: UInt64
    /// The LSN the next frame gets.
    var nextLSN: UInt64
}
