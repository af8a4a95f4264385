import VarvePlatform
import VarveStorage

/// The thread that writes journal files with zeros in advance, so that space is taken before it is
/// promised and a commit never waits for a file to grow.
///
/// Thread rule: `take` by the flusher, `poke` and `stop` by anyone; the rest is the thread's own.
//
// @unchecked Sendable: fields are used under `gate`.
final class FilePreparer: @unchecked Sendable {
    /// A file of zeros, on stable storage with its name.
    struct Spare {
        var name: JournalFileName
        var backend: any StorageBackend
    }

    /// How many bytes are written at a time.
    private static let chunkBytes = 1 << 20
    /// How many bytes are written between syncs: less holds up commits less.
    private static let syncBytes = 4 << 20
    /// How long to wait after a failure before the next attempt, when nobody asks sooner.
    private static let retryNanoseconds: UInt64 = 1_000_000_000

    private let volume: any Volume
    private let fileBytes: Int
    private let sparesMax: Int
    private let workers: WorkerMode
    private weak var journal: Journal?
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
    func start(for journal: Journal) throws(LogError) {
        self.journal = journal
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
            guard spares.count < sparesMax else {
                gate.wait()
                continue
            }
            gate.unlock()
            let isPrepared = attempt()
            gate.lock()
            if !isPrepared { waitForRetry() }
        }
        gate.unlock()
    }

    /// Prepares one file if one is wanted, on the caller's thread; false when none is.
    func step() -> Bool {
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
        while !isStopping, !isPoked {
            guard gate.wait(untilNanoseconds: deadline) else { return }
        }
    }

    private func prepare(_ number: UInt64) throws(LogError) -> Spare {
        let preparing = JournalFileName(number: number, role: .preparing)
        let spare = JournalFileName(number: number, role: .spare)
        do {
            let backend = try volume.open(preparing.path, create: .exclusive)
            try fill(backend)
            try volume.rename(preparing.path, to: spare.path)
            try volume.syncDirectory(Format.journalDirectory)
            return Spare(name: spare, backend: backend)
        } catch {
            // What was written so far would keep the space it could not get enough of.
            try? volume.remove(preparing.path)
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
