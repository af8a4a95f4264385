/// What a log amounts to: counts, bytes on disk, and the largest streams. For reports.
package struct LogStatistics: Sendable {
    /// Files of one kind.
    package struct Files: Sendable, Equatable {
        /// How many there are.
        package var count: UInt64 = 0
        /// Their bytes.
        package var bytes: UInt64 = 0

        mutating func add(_ size: UInt64) {
            count += 1
            bytes += size
        }
    }

    /// One stream, as it is settled.
    package struct Stream: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// How many records it has.
        package var records: UInt64
        /// How many bytes it has.
        package var bytes: UInt64
    }

    /// The streams that are settled, those that belong to Varve itself left out.
    package internal(set) var streams: UInt64 = 0
    /// Their records.
    package internal(set) var records: UInt64 = 0
    /// Their bytes, as readers get them; what forks share is counted once.
    package internal(set) var bytes: UInt64 = 0
    /// What is settled of the streams that belong to Varve itself, such as the store's.
    package internal(set) var reserved: (records: UInt64, bytes: UInt64) = (0, 0)
    /// The last LSN that is settled: what came later is in the journal alone, and in none of the
    /// counts of streams.
    package internal(set) var settledLSN: UInt64 = 0
    /// The journal's files.
    package internal(set) var journal = Files()
    /// Files that wait to become the journal's.
    package internal(set) var spares = Files()
    /// The segments.
    package internal(set) var segments = Files()
    /// The bytes of records in segments, as readers get them; dropped ones included.
    package internal(set) var segmentRecordBytes: UInt64 = 0
    /// The same as they are stored.
    package internal(set) var segmentStoredBytes: UInt64 = 0
    /// The catalog's files.
    package internal(set) var catalog = Files()
    /// The largest streams, the largest first.
    package internal(set) var largest: [Stream] = []

    /// The bytes of all files.
    package var diskBytes: UInt64 {
        journal.bytes + spares.bytes + segments.bytes + catalog.bytes
    }

    /// One JSON object, with `more` members of the caller's, such as `"server":{}`.
    package func json(_ more: String? = nil) -> String {
        var line = JSONLine()
        line.add("streams", streams)
        line.add("records", records)
        line.add("bytes", bytes)
        line.add("reserved_records", reserved.records)
        line.add("reserved_bytes", reserved.bytes)
        line.add("settled_lsn", settledLSN)
        line.add("disk_bytes", diskBytes)
        line.add("journal", json: Self.json(journal))
        line.add("spares", json: Self.json(spares))
        line.add("segments", json: Self.json(segments))
        line.add("segment_record_bytes", segmentRecordBytes)
        line.add("segment_stored_bytes", segmentStoredBytes)
        line.add("catalog", json: Self.json(catalog))
        line.add(
            "largest",
            list: largest.map { stream in
                var line = JSONLine()
                line.add("name", stream.name)
                line.add("records", stream.records)
                line.add("bytes", stream.bytes)
                return line.rendered
            })
        line.add("server", json: more ?? "null")
        return line.rendered
    }

    private static func json(_ files: Files) -> String {
        var line = JSONLine()
        line.add("files", files.count)
        line.add("bytes", files.bytes)
        return line.rendered
    }
}
