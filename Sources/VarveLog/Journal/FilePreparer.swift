import VarvePlatform
import VarveStorage

/// The thread that writes journal files with zeros in advance, so that space is taken before it is
/// promised and a commit never waits for a file to grow; and that turns files the log no longer
/// needs into spares, or removes them.
///
/// Thread rule: `take` by the flusher, `poke` and `stop` by anyone; the rest is the thread's own.
//
// @unchecked Sendable: fields are used under `gate`.
final class FilePreparer: @unchecked Sendable {
    /// A file of zeros, or of an earlier use's bytes, on stable storage with its name.
    struct Spare {
        var name: JournalFileName
        var backend: any StorageBackend
        /// True when it is known to hold zeros.
        var isClean = false
    }

    /// A moment between redactions, or in one.
    struct Scrubbing: Equatable {
        /// How many redactions have begun or ended by then.
        fileprivate var changes = 0
    }

    /// A file that the log no longer needs.
    private struct Retired {
        var number: UInt32
        /// Whether its bytes must go.
        var isScrubbed: Bool
    }

    /// How many bytes are written at a time.
    private static let chunkBytes = 1 << 20
    /// How many bytes are written between syncs: less holds up commits less.
    private static let syncBytes = 4 << 20
    /// How long to wait after a failure before the next attempt, when nobody asks sooner.
    private static let retryNanoseconds: UInt64 = 1_000_000_000
    /// How many spares more than are prepared are kept when old files can be used again.
    private static let reusedMax = 2

    private let volume: any Volume
    private let fileBytes: Int
    private let sparesMax: Int
    private let workers: WorkerMode
    private weak var journal: Journal?
    private var files: JournalFiles?
    private var retired: [Retired] = []
    /// True while a file that was given up is dealt with.
    private var isReusing = false
    private var moment = Scrubbing()
    private var scrubbers = 0
    /// How many files could not be removed, or overwritten where that is wanted: opening the log
    /// does away with them.
    private var filesLeft = 0
    private let gate = Condition()
    private var spares: [Spare]
    private var nextNumber: UInt64
    private var preparedNow: [JournalFileName] = []
    private var isStopping = false
    private var isPoked = false
    private var thread: NamedThread?

    /// A preparer with what an earlier life of the log left ready.
    init(volume: any Volume, options: LogOptions, spares: [Spare], nextNumber: UInt64) {
        self.volume = volume
        self.spares = spares
        self.nextNumber = nextNumber
        fileBytes = options.fileBytes
        sparesMax = max(1, options.sparesMax)
        workers = options.workers
    }

    /// Starts the thread; from now on the journal is told about every file.
    func start(for journal: Journal, files: JournalFiles) throws(LogError) {
        self.journal = journal
        self.files = files
        for _ in spares { journal.addReadyFile() }
        guard workers == .threads else { return }
        do {
            thread = try NamedThread.start(name: "varve-prepare") { [self] in run() }
        } catch {
            throw .io(message: error.description)
        }
    }

    /// Ends the thread after what it is doing.
    func stop() {
        gate.withLock {
            isStopping = true
            gate.broadcast()
        }
        thread?.join()
    }

    /// Asks for another attempt after a failure: somebody needs a file.
    func poke() {
        gate.withLock {
            isPoked = true
            gate.broadcast()
        }
    }

    /// The moment, to be given to `reuse` with files that are retired now.
    var scrubbing: Scrubbing { gate.withLock { moment } }

    /// Takes over files that the log no longer needs and no read looks into.
    ///
    /// - Parameters:
    ///   - before: when they were retired: a redaction that was under way then, or since, has their
    ///     bytes go.
    ///   - isScrubbing: whether their bytes must go in any case.
    func reuse(_ numbers: [UInt32], retiredAt before: Scrubbing, scrubbing isScrubbing: Bool) {
        gate.withLock {
            let isScrubbed = isScrubbing || scrubbers > 0 || before != moment
            retired += numbers.map { Retired(number: $0, isScrubbed: isScrubbed) }
            gate.broadcast()
        }
    }

    /// From now on, until `endScrubbing`, the bytes of files that the log no longer needs go.
    func beginScrubbing() {
        gate.withLock {
            scrubbers += 1
            moment.changes += 1
            // They were given up before, and may hold what is erased all the same.
            for index in retired.indices { retired[index].isScrubbed = true }
        }
    }

    /// Ends what `beginScrubbing` began.
    func endScrubbing() {
        gate.withLock {
            scrubbers -= 1
            moment.changes += 1
        }
    }

    /// Removes all spares that may hold bytes of an earlier use and are promised to no group, and
    /// sees to it that there is one spare at least; waits for the disk.
    func replaceUsedSpares() throws(LogError) {
        let isNeeded = gate.withLock { spares.contains { !$0.isClean } }
        guard isNeeded || journal?.unpromisedFiles == 0 else { return }
        let number = gate.withLock {
            defer { nextNumber += 1 }
            return nextNumber
        }
        let fresh = try prepare(number)
        let removed = gate.withLock { () -> [Spare] in
            var removed: [Spare] = []
            journal?.replaceReadyFiles { count in
                // The oldest are taken first, so it is these that were promised.
                let free = spares.suffix(count)
                removed = free.filter { !$0.isClean }
                spares.removeLast(free.count)
                spares += free.filter(\.isClean) + [fresh]
                return count - removed.count + 1
            }
            return removed
        }
        for spare in removed { scrub(spare.backend, spare.name) }
        try LogError.wrapping { () throws(StorageError) in
            try volume.syncDirectory(Format.journalDirectory)
        }
    }

    /// Waits until every file that was given up by now is dealt with; false when that has not come
    /// by a moment of the monotonic clock, or when one could not be removed since the log was
    /// opened.
    func finishRetired(untilNanoseconds deadline: UInt64) -> Bool {
        guard workers == .threads else {
            while reuseRetired() {}
            return gate.withLock { filesLeft == 0 }
        }
        gate.lock()
        defer { gate.unlock() }
        while !retired.isEmpty || isReusing {
            guard !isStopping, gate.wait(untilNanoseconds: deadline) else { return false }
        }
        return filesLeft == 0
    }

    /// The oldest spare; nil when there is none.
    func take() -> Spare? {
        gate.withLock {
            guard !spares.isEmpty else { return nil }
            gate.broadcast()
            return spares.removeFirst()
        }
    }

    /// Writes one file now, on the caller's thread; for opening, when there is no spare.
    func prepareNow() throws(LogError) -> Spare {
        let number = gate.withLock {
            defer { nextNumber += 1 }
            return nextNumber
        }
        let spare = try prepare(number)
        gate.withLock { preparedNow.append(spare.name) }
        return spare
    }

    /// Removes what `prepareNow` made: opening failed, and leaves nothing behind.
    func discardPrepared() {
        for name in gate.withLock({ preparedNow }) { try? volume.remove(name.path) }
    }

    private func run() {
        gate.lock()
        while !isStopping {
            let hasRetired = !retired.isEmpty
            guard hasRetired || spares.count < sparesMax else {
                gate.wait()
                continue
            }
            gate.unlock()
            let isDone = hasRetired ? reuseRetired() : attempt()
            gate.lock()
            gate.broadcast()
            if !isDone { waitForRetry() }
        }
        let rest = retired
        retired = []
        gate.unlock()
        for file in rest { _ = giveUp(file, isWanted: false) }
    }

    /// Makes a spare of the oldest file that was given up, if it is wanted; false without one.
    private func reuseRetired() -> Bool {
        let next = gate.withLock { () -> (file: Retired, isWanted: Bool, taken: Scrubbing)? in
            guard !retired.isEmpty else { return nil }
            isReusing = true
            let file = retired.removeFirst()
            let isWanted = !file.isScrubbed && spares.count < sparesMax + Self.reusedMax
            return (file, isWanted, moment)
        }
        guard let next else { return false }
        defer { gate.withLock { isReusing = false } }
        guard let spare = giveUp(next.file, isWanted: next.isWanted) else { return true }
        let isKept = gate.withLock {
            // A redaction that began meanwhile did not see it among the spares.
            guard moment == next.taken else { return false }
            spares.append(spare)
            journal?.addReadyFile()
            return true
        }
        if !isKept { scrub(spare.backend, spare.name) }
        return true
    }

    /// Makes a spare of a file, or removes it; nothing depends on its success, since a file below
    /// the cut that is still there when the log is opened is given up then.
    private func giveUp(_ file: Retired, isWanted: Bool) -> Spare? {
        let old = JournalFileName(number: UInt64(file.number), role: .journal)
        files?.drop(file.number)
        if file.isScrubbed {
            scrub(try? volume.open(old.path, create: .never), old)
            return nil
        }
        guard isWanted, let spare = try? reuse(old) else {
            if (try? volume.remove(old.path)) == nil { noteFilesLeft(1) }
            return nil
        }
        return spare
    }

    /// Writes zeros over a file and removes it; what stays is removed when the log is opened.
    private func scrub(_ backend: (any StorageBackend)?, _ name: JournalFileName) {
        let isOverwritten = backend.map { (try? Self.overwrite($0)) != nil } ?? false
        if !isOverwritten { noteFilesLeft(1) }
        try? volume.remove(name.path)
    }

    /// So many files could not be removed, or overwritten where that is wanted.
    func noteFilesLeft(_ count: Int) {
        gate.withLock { filesLeft += count }
    }

    private static func overwrite(_ backend: any StorageBackend) throws(StorageError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: chunkBytes, alignment: Format.alignment)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        let size = backend.size
        var next: UInt64 = 0
        while next < size {
            let count = Int(min(UInt64(chunkBytes), size - next))
            try backend.write(
                UnsafeRawBufferPointer(UnsafeMutableRawBufferPointer(rebasing: zeros[..<count])),
                at: next)
            next += UInt64(count)
        }
        try backend.sync()
    }

    /// Gives a file the name of a spare. Its old bytes never pass for new ones: checksums are
    /// seeded with the file's id, which is new with each use.
    private func reuse(_ old: JournalFileName) throws(StorageError) -> Spare? {
        let backend = try volume.open(old.path, create: .never)
        guard backend.size == UInt64(fileBytes) else { return nil }
        let number = gate.withLock {
            defer { nextNumber += 1 }
            return nextNumber
        }
        let name = JournalFileName(number: number, role: .spare)
        try volume.rename(old.path, to: name.path)
        do throws(StorageError) {
            try volume.syncDirectory(Format.journalDirectory)
            return Spare(name: name, backend: try volume.open(name.path, create: .never))
        } catch {
            try? volume.remove(name.path)
            throw error
        }
    }

    /// Reuses or prepares one file if there is one to reuse or one is wanted, on the caller's
    /// thread; false when none is.
    func step() -> Bool {
        if reuseRetired() { return true }
        guard gate.withLock({ !isStopping && spares.count < sparesMax }) else { return false }
        _ = attempt()
        return true
    }

    /// Prepares one file and tells the journal what became of it; true when it is ready.
    private func attempt() -> Bool {
        let number = gate.withLock {
            defer { nextNumber += 1 }
            return nextNumber
        }
        do throws(LogError) {
            let spare = try prepare(number)
            gate.withLock {
                spares.append(spare)
                journal?.addReadyFile()
            }
            return true
        } catch {
            journal?.preparationFailed(error)
            return false
        }
    }

    /// Waits until somebody needs a file or some time has passed; under the gate.
    private func waitForRetry() {
        isPoked = false
        let deadline = SystemClock().monotonicNanoseconds() + Self.retryNanoseconds
        while !isStopping, !isPoked, retired.isEmpty {
            guard gate.wait(untilNanoseconds: deadline) else { return }
        }
    }

    private func prepare(_ number: UInt64) throws(LogError) -> Spare {
        let preparing = JournalFileName(number: number, role: .preparing)
        let spare = JournalFileName(number: number, role: .spare)
        do {
            let backend = try volume.open(preparing.path, create: .exclusive)
            // Whoever waits for a file on a full disk asks for it again and again: nothing is
            // written in vain, and no space taken for a moment that a settling needs.
            try (backend as? any ReservingBackend)?.reserve(UInt64(fileBytes))
            try fill(backend)
            try volume.rename(preparing.path, to: spare.path)
            try volume.syncDirectory(Format.journalDirectory)
            return Spare(name: spare, backend: backend, isClean: true)
        } catch {
            // Under either name it would keep space that nobody knows of: that which it could not
            // get enough of, or each attempt as much as the one before.
            for name in [preparing, spare] { try? volume.remove(name.path) }
            throw LogError(error)
        }
    }

    private func fill(_ backend: any StorageBackend) throws(StorageError) {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.chunkBytes, fileBytes), alignment: Format.alignment)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var written = 0
        while written < fileBytes {
            let count = min(zeros.count, fileBytes - written)
            _ = try backend.append(
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(zeros)[..<count]))
            written += count
            if written % Self.syncBytes == 0 { try backend.sync() }
        }
        try backend.sync()
    }
}
