// The configurations of the layers below, made from the operator's choices.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStore
import VarveStreams

extension ServerConfiguration {
    /// The configuration of the event loops.
    var network: NetworkConfiguration {
        var network = NetworkConfiguration()
        network.loops = loops ?? min(Machine.processorCount, Self.loopsMax)
        network.head = HeadLimits(headBytesMax: headBytesMax, headersMax: headersMax)
        network.bodyBytesMax = maxBodyBytes
        if hasStore { network.largeBodyBytesMax = storeBodyBytes }
        network.outputBytesMax = connectionOutputBytesMax
        network.connectionsMax = connectionsMax
        // The server counts long-polls and event streams by itself; what else is parked ends soon.
        network.parkedMax = connectionsMax
        network.idleMilliseconds = idleTimeoutMilliseconds
        network.headMilliseconds = headTimeoutMilliseconds
        network.bodyWindowMilliseconds = bodyTimeoutMilliseconds
        return network
    }

    /// The options of the log.
    var log: LogOptions {
        var log = LogOptions()
        log.durability = durability
        log.fileBytes = fileBytes
        // What is prepared in advance costs memory here and saves nothing.
        if storage == .memory { log.sparesMax = 1 }
        log.windowBytes = memoryWindowBytes
        log.settleBytes = settleBytes
        log.checkpoints = .every(records: checkpointRecords)
        log.residentStreamsMax = residentStreamsMax
        log.mergeBytesPerSecond = mergeBytesPerSecond
        log.unsettledBytesMax = max(log.unsettledBytesMax, 8 * UInt64(settleBytes))
        // Whatever passes as a body must pass as a record and as an append; so must a batch.
        let largest = max(maxBodyBytes, hasStore ? storeBatchBytes : 0)
        log.recordBytesMax = max(log.recordBytesMax, largest)
        log.appendBytesMax = max(log.appendBytesMax, largest)
        log.stagedBytesMax = max(log.stagedBytesMax, 2 * log.appendBytesMax)
        return log
    }

    /// The size of a journal file. In memory, where each is there as a whole, it is only as large
    /// as what must fit one.
    private var fileBytes: Int {
        guard storage == .memory else { return journalFileBytes }
        let largest = max(maxBodyBytes, storeBatchBytesMax ?? 0)
        return min(journalFileBytes, largest / 8 * 9 + (1 << 20))
    }

    /// The most bytes of a record that a journal file takes, about: a hash and a checksum for each
    /// of its parts are less than an eighth.
    static func batchBytes(fittingFile fileBytes: Int) -> Int { fileBytes / 9 * 8 }

    /// The most bytes of a batch of the store.
    var storeBatchBytes: Int {
        storeBatchBytesMax
            ?? min(
                StoreOptions().batchBytesMax,
                max(maxBodyBytes, Self.batchBytes(fittingFile: fileBytes)))
    }

    /// The most bytes of a body that carries a batch of the store, decompressed too: in JSON bytes
    /// take a third more, and every pair the names of its fields.
    var storeBodyBytes: Int { max(maxBodyBytes, storeBatchBytes / 2 * 3 + (1 << 20)) }

    /// The options of the streams.
    var streams: StreamOptions {
        var streams = StreamOptions()
        streams.maxTotalBytes = maxTotalBytes
        streams.maxStreamBytes = maxStreamBytes
        streams.compression = compression
        return streams
    }

    /// The options of the store.
    var store: StoreOptions {
        var store = StoreOptions()
        store.batchBytesMax = storeBatchBytes
        store.valueBytesMax = min(store.valueBytesMax, store.batchBytesMax)
        return store
    }
}
