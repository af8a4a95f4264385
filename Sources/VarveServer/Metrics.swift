// GET /metrics: what the server has done, for Prometheus.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStore
import VarveStreams

/// The operation behind `/metrics`.
enum Metrics {
    /// Answers with the page of metrics.
    static func answer(_ responder: Responder) {
        let text = page(responder.core)
        responder.send(.ok) { writer in
            writer.header("Content-Type", MetricsText.contentType)
            writer.lines("Cache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append(text: text)
        }
    }

    /// The page of metrics.
    static func page(_ core: ServerCore) -> String {
        var page = MetricsText()
        let counters = core.counters
        addRequests(counters.map(\.metrics), to: &page)
        addTraffic(counters.map(\.metrics), to: &page)
        addNetwork(counters.map(\.network), to: &page)
        addEngine(core, to: &page)
        addStore(core, counters.map(\.metrics), to: &page)
        return page.text
    }

    private static func addRequests(_ loops: [LoopMetrics], to page: inout MetricsText) {
        var samples: [(labels: String, value: UInt64)] = []
        for operation in Operation.allCases {
            for hundred in 2...5 {
                let count = loops.reduce(0) { $0 + $1.requests(operation, hundred: hundred) }
                guard count > 0 else { continue }
                samples.append(("operation=\"\(operation.name)\",class=\"\(hundred)xx\"", count))
            }
        }
        page.values(
            "varve_requests_total", .counter,
            "Answered requests, by operation and class of status.",
            samples)
    }

    private static func addTraffic(_ loops: [LoopMetrics], to page: inout MetricsText) {
        func sum(_ value: (LoopMetrics) -> UInt64) -> UInt64 { loops.reduce(0) { $0 + value($1) } }
        page.value(
            "varve_appends_total", .counter, "Accepted appends, creations with a body included.",
            sum { $0.appends.value })
        page.value(
            "varve_append_bytes_total", .counter, "Payload bytes of accepted appends.",
            sum { $0.appendBytes.value })
        page.value(
            "varve_read_bytes_total", .counter, "Payload bytes of answered reads and long-polls.",
            sum { $0.readBytes.value })
        page.value(
            "varve_event_bytes_total", .counter, "Payload bytes written to event streams.",
            sum { $0.eventBytes.value })
        page.value(
            "varve_event_batches_total", .counter, "Batches encoded for event streams.",
            sum { $0.eventBatches.value })
        page.value(
            "varve_cold_reads_total", .counter, "Reads that had to wait for the disk.",
            sum { $0.coldReads.value })
        page.value("varve_waiters", .gauge, "Long-polls waiting.", sum { $0.waiters.value })
        page.value(
            "varve_subscribers", .gauge, "Event streams open.", sum { $0.subscribers.value })
    }

    private static func addStore(
        _ core: ServerCore, _ loops: [LoopMetrics], to page: inout MetricsText
    ) {
        guard let store = core.store else { return }
        func sum(_ value: (LoopMetrics) -> UInt64) -> UInt64 { loops.reduce(0) { $0 + value($1) } }
        page.value(
            "varve_store_sequence", .gauge, "The sequence of the newest batch that readers see.",
            store.appliedSequence)
        page.value(
            "varve_store_batches_total", .counter, "Batches put into the store over the network.",
            sum { $0.storeBatches.value })
        page.value(
            "varve_store_entries_total", .counter, "Entries of those batches.",
            sum { $0.storeEntries.value })
        page.value(
            "varve_store_rows_total", .counter, "Rows sent by Range and GetMany.",
            sum { $0.storeRows.value })
        page.value(
            "varve_store_deliveries_total", .counter, "Batches sent to subscriptions.",
            sum { $0.storeDeliveries.value })
        page.value(
            "varve_store_subscribers", .gauge, "Subscriptions open.",
            sum { $0.storeSubscribers.value })
        page.value(
            "varve_store_failed", .gauge,
            "1 while the store's index cannot follow the log and reads of the store fail.",
            store.failure == nil ? 0 : 1)
        page.value(
            "varve_store_failures_total", .counter,
            "How often the store's index could not follow the log.", store.failureCount)
    }

    private static func addNetwork(_ loops: [LoopCounters], to page: inout MetricsText) {
        func sum(_ value: (LoopCounters) -> Int) -> UInt64 {
            UInt64(max(0, loops.reduce(0) { $0 + value($1) }))
        }
        page.value(
            "varve_connections", .gauge, "Connections open.", sum { $0.connections.value })
        page.value(
            "varve_connections_total", .counter, "Connections taken.", sum { $0.accepted.value })
        page.value(
            "varve_connections_refused_total", .counter, "Connections over the limit.",
            sum { $0.refused.value })
        page.value(
            "varve_received_bytes_total", .counter, "Bytes received.",
            sum { $0.bytesReceived.value })
        page.value("varve_sent_bytes_total", .counter, "Bytes sent.", sum { $0.bytesSent.value })
        page.value(
            "varve_gated_responses", .gauge, "Responses that wait for a commit.",
            sum { $0.gated.value })
    }

    private static func addEngine(_ core: ServerCore, to page: inout MetricsText) {
        let flushes = core.engine.log.statistics.now
        page.value("varve_streams", .gauge, "Streams.", UInt64(core.engine.streamCount))
        let residency = core.engine.residency
        page.value(
            "varve_streams_resident", .gauge, "Streams in memory.", UInt64(residency.resident))
        page.value(
            "varve_stream_loads_total", .counter, "Streams brought into memory.", residency.loads)
        page.value(
            "varve_stream_evictions_total", .counter, "Streams that left memory.",
            residency.evictions)
        page.value(
            "varve_stored_bytes", .gauge, "Payload bytes of all streams.", core.engine.totalBytes)
        page.histogram(
            "varve_commit_frames", "Frames of one commit.",
            HistogramSnapshot(
                bounds: FlushStatistics.bucketFrames, counts: flushes.groupBuckets,
                sum: flushes.frames))
        page.histogram(
            "varve_sync_seconds", "Time to make one commit durable.",
            HistogramSnapshot(
                bounds: FlushStatistics.bucketMicroseconds, counts: flushes.syncBuckets,
                sum: flushes.syncNanoseconds / 1000), scale: 1_000_000)
        page.value(
            "varve_journal_bytes_total", .counter, "Bytes of frames written to the journal.",
            flushes.frameBytes)
        let settlings = core.engine.log.settlingStatistics.now
        page.value(
            "varve_settlings_total", .counter, "Segments that the journal was settled to.",
            settlings.settlings)
        page.value(
            "varve_settling_failures_total", .counter, "Settlings that failed.",
            settlings.failures)
        page.value(
            "varve_segment_bytes_total", .counter, "Bytes of the segments that settling wrote.",
            settlings.fileBytes)
        page.value(
            "varve_merges_total", .counter, "Merges of segments.", settlings.merges)
        page.value(
            "varve_merge_failures_total", .counter, "Merges of segments that failed.",
            settlings.mergeFailures)
        page.value(
            "varve_merge_read_bytes_total", .counter, "Bytes of the segments that were merged.",
            settlings.mergedBytes)
        page.value(
            "varve_merge_written_bytes_total", .counter,
            "Bytes of the segments that merges wrote.", settlings.mergeResultBytes)
        page.value(
            "varve_log_failed", .gauge, "1 when the log has failed and takes no writes.",
            core.engine.log.failure == nil ? 0 : 1)
        page.value(
            "process_resident_memory_bytes", .gauge, "Resident memory.", Machine.residentBytes)
    }
}
