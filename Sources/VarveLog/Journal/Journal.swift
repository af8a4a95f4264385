import VarvePlatform

/// Where frames get their LSN, their place in the file and their memory: the one order of the log.
///
/// Under its lock only numbers and bytes are reserved; frames are encoded outside, and the flusher
/// waits for them. Thread rule: any thread; the lock is taken last (after the namespace's and a
/// stream's).
final class Journal: Sendable {
    private let state: Monitor<JournalState>
    private let options: LogOptions

    /// A journal whose next group goes to `byte` of a file that is in place.
    init(
        options: LogOptions, random: any RandomSource, file: UInt32, fileID: UInt64, byte: UInt64,
        nextLSN: UInt64, lastWallMilliseconds: UInt64, unsettledBytes: UInt64
    ) {
        self.options = options
        state = Monitor(
            JournalState(
                options: options, random: random, file: file, fileID: fileID, byte: byte,
                nextLSN: nextLSN, lastWallMilliseconds: lastWallMilliseconds,
                unsettledBytes: unsettledBytes))
    }

    // MARK: Staging

    /// Reserves one frame of `frameBytes` bytes; throws without having changed anything.
    ///
    /// - Parameter startsFile: whether the frame must be the first one of its file.
    func reserve(
        frameBytes: Int, wallMilliseconds: UInt64, startsFile: Bool = false
    ) throws(LogError) -> (Reservation, Placement) {
        try state.withLock { (state) throws(LogError) in
            let group = try state.admit(frameBytes, startsFile: startsFile)
            let reservation = state.begin(group, wallMilliseconds)
            return (reservation, state.place(frameBytes, in: group))
        }
    }

    /// Reserves the frames of a set, in order; throws without having changed anything.
    func reserve(
        frames: [Int], wallMilliseconds: UInt64
    ) throws(LogError) -> (Reservation, [Placement]) {
        try state.withLock { (state) throws(LogError) in
            let group = try state.admit(frames.reduce(0, +))
            let reservation = state.begin(group, wallMilliseconds)
            return (reservation, frames.map { state.place($0, in: group) })
        }
    }

    /// A random id that is not zero.
    static func newFileID(_ random: any RandomSource) -> UInt64 {
        while true {
            let id = random.next()
            if id != 0 { return id }
        }
    }

    // MARK: For the flusher

    /// Seals the open group and hands over everything that waits to be written, in order.
    func takeGroups(into groups: inout ContiguousArray<Group>) {
        state.withLock { state in
            state.sealOpenGroup()
            groups.append(contentsOf: state.sealed)
            state.sealed.removeAll(keepingCapacity: true)
        }
    }

    /// Takes groups back after they were written, and drops memory above the window's limit.
    func retire(_ groups: ContiguousArray<Group>, writtenThrough lsn: UInt64) {
        state.withLock { state in
            for group in groups {
                state.stagedBytes -= group.frameBytes
                state.idleGroups.append(group)
            }
            state.window.evict(writtenThrough: lsn)
        }
    }

    /// Reserves a place for a mark, which has no frames; nil when something waits to be written, or
    /// the file has no room.
    func reserveMark() -> MarkPlace? {
        state.withLock { $0.reserveMark() }
    }

    /// So many bytes of frames were settled.
    func noteSettled(bytes: UInt64) {
        state.withLock { $0.unsettledBytes -= min(bytes, $0.unsettledBytes) }
    }

    /// Refuses everything from now on.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    // MARK: For the preparer

    /// One more file is ready.
    func addReadyFile() {
        state.withLock { state in
            state.readyFiles += 1
            state.preparationFailure = nil
        }
    }

    /// How many files are ready and promised to no group.
    var unpromisedFiles: Int { state.withLock { $0.readyFiles } }

    /// Has `body` take all files out that are promised to no group, and put others in their place:
    /// it is told their number and returns the new one. It must not call the journal.
    func replaceReadyFiles(_ body: (Int) -> Int) {
        state.withLock { $0.readyFiles = body($0.readyFiles) }
    }

    /// A file could not be prepared; staging that needs one says why.
    func preparationFailed(_ error: LogError) {
        state.withLock { $0.preparationFailure = error }
    }

    // MARK: For readers

    /// The memory of `count` bytes at `byte` of `file`, and what keeps it; nil when not in memory.
    func findInMemory(
        file: UInt32, byte: UInt32, count: Int
    ) -> (block: Block, bytes: UnsafeRawBufferPointer)? {
        let found = state.withLock { $0.window.find(file: file, byte: byte, count: count) }
        return found.map { ($0.block, $0.block.bytes(from: $0.start, count: count)) }
    }

    /// Copies `count` bytes at `byte` of `file` from memory; false when they are not in memory.
    ///
    /// For small runs: the copy is made under the lock, so that nothing has to be kept.
    func copyFromMemory(
        file: UInt32, byte: UInt32, count: Int, to target: UnsafeMutableRawPointer
    ) -> Bool {
        state.withLock { state in
            guard let found = state.window.find(file: file, byte: byte, count: count) else {
                return false
            }
            target.copyMemory(from: found.block.memory + found.start, byteCount: count)
            return true
        }
    }

    /// Bytes of memory held for the newest part of the journal.
    var memoryBytes: Int { state.withLock { $0.window.memoryBytes } }

    /// Bytes that wait to be written.
    var waitingBytes: Int { state.withLock { $0.stagedBytes } }

    /// Whether so much waits to be written or settled that nothing is taken.
    var isFull: Bool {
        state.withLock {
            $0.stagedBytes >= options.stagedBytesMax
                || $0.unsettledBytes > options.unsettledBytesMax
        }
    }

    /// The LSN the next frame gets.
    var next: UInt64 { state.withLock { $0.nextLSN } }
}

/// Where a mark goes.
struct MarkPlace {
    /// Its position in the newest file.
    var byte: UInt64
    /// The LSN the next frame gets.
    var nextLSN: UInt64
}
