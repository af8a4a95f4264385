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
        log.fileBytes = journalFileBytes
        if storage == .memory {
            // What is prepared in advance costs memory here and saves nothing.
            // The largest body must fit one file.
            log.fileBytes = min(journalFileBytes, maxBodyBytes / 8 * 9 + (1 << 20))
            log.sparesMax = 1
        }
        log.windowBytes = memoryWindowBytes
        log.settleBytes = settleBytes
        log.checkpoints = .every(records: checkpointRecords)
        log.residentStreamsMax = residentStreamsMax
        log.mergeBytesPerSecond = mergeBytesPerSecond
        log.unsettledBytesMax = max(log.unsettledBytesMax, 8 * UInt64(settleBytes))
        // Whatever passes as a body must pass as a record and as an append.
        log.recordBytesMax = max(log.recordBytesMax, maxBodyBytes)
        log.appendBytesMax = max(log.appendBytesMax, maxBodyBytes)
        log.stagedBytesMax = max(log.stagedBytesMax, 2 * log.appendBytesMax)
        return log
    }

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
        // Whatever passes as a body must pass as a batch, and fit the log.
        store.batchBytesMax = min(store.batchBytesMax, log.appendBytesMax)
        store.valueBytesMax = min(store.valueBytesMax, store.batchBytesMax)
        return store
    }
}
