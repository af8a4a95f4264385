import VarveBytes
package import VarveIndex
package import VarveLog
import VarvePlatform
public import VarveStorage

/// A key-value store on a log: atomic batches with one global sequence, a log of the batches, one
/// consistent view for every read.
///
/// A batch is one record of a stream of the log, so it is as durable as an append and in the
/// stream's hash chain; the keys are an index that follows it. Thread rule: any thread may call
/// anything; every call may wait for a disk unless it says otherwise.
public final class Store: StoreEngine {
    /// The options it was opened with.
    public let options: StoreOptions
    /// The log below, which the store may share with others.
    package let log: EventLog
    let applier: StoreApplier
    let batchLog: BatchLog
    /// Where those wait who follow the store in threads of their own.
    let gate: SubscriptionGate
    let worker: StoreWorker
    private let ownsLog: Bool

    /// Opens the store in `directory`, with a log of its own, and makes it when there is none.
    ///
    /// - Parameter key: the key of an encrypted log. The index of an encrypted log is in memory and
    ///   made again at every opening.
    /// - Throws: `log` as opening a log does; `index` when the index is damaged, belongs to another
    ///   log, is ahead of the log, or lacks batches that were dropped.
    public static func open(
        directory: String, key: EncryptionKey? = nil, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        let log = try wrap { () throws(LogError) in
            try EventLog.open(directory: directory, key: key, options: options.log)
        }
        do throws(StoreError) {
            return try Store(on: log, ownsLog: true, options: options)
        } catch {
            log.close()
            throw error
        }
    }

    /// Opens the store of `log`, and makes it when it has none.
    ///
    /// - Parameters:
    ///   - indexes: where the index is kept; nil = in the directory of the log's files, or in
    ///     memory where those are encrypted or in memory.
    ///   - ownsLog: whether closing the store closes the log.
    package convenience init(
        on log: EventLog, indexes: (any IndexSource)? = nil, ownsLog: Bool = false,
        options: StoreOptions = StoreOptions()
    ) throws(StoreError) {
        let place = IndexPlace(of: log, indexes: indexes, options: options)
        try self.init(on: log, index: try place.open(), ownsLog: ownsLog, options: options)
    }

    /// Opens the store of `log` with that index.
    init(
        on log: EventLog, index: StoreIndex, ownsLog: Bool, options: StoreOptions
    ) throws(StoreError) {
        self.log = log
        self.options = options
        self.ownsLog = ownsLog
        let (batches, policies) = try Self.wrap { () throws(LogError) in
            (
                try StoreStream(StoreStream.batchesName, in: log),
                try StoreStream(StoreStream.policiesName, in: log)
            )
        }
        applier = try StoreApplier(
            batches: batches, policies: policies, index: index, options: options)
        batchLog = BatchLog(applier, options: options)
        gate = SubscriptionGate(clock: log.clock)
        worker = StoreWorker(batchLog)
        applier.progress.add(gate)
        try applier.apply()
        try Self.wrap { () throws(LogError) in try worker.start() }
        log.setCompanion(batchLog)
    }

    deinit {
        close()
    }

    /// Puts the index on stable storage and, where it is the store's own, closes the log.
    ///
    /// Later calls may fail. A second close does nothing.
    public func close() {
        guard worker.stop() else { return }
        gate.end()
        log.setCompanion(nil)
        applier.index.close()
        if ownsLog { log.close() }
    }

    /// Wakes the thread that applies, if there is something for it.
    func wakeApplier() {
        worker.wake(through: log.durable)
    }

    /// Runs calls of the log; what they throw becomes a store error.
    static func wrap<R>(_ body: () throws(LogError) -> R) throws(StoreError) -> R {
        do {
            return try body()
        } catch {
            throw .log(error)
        }
    }
}
