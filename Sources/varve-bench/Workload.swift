import VarveBytes
import VarveLog
import VarvePlatform
import VarveStorage

/// Records of one size, ready to be staged over and over without any allocation.
final class Workload {
    /// Bytes of one record.
    static let recordBytes = 256

    private let memory: UnsafeMutableRawBufferPointer
    private let records: UnsafeMutableBufferPointer<RecordBytes>

    /// `batch` records.
    init(batch: Int) {
        memory = .allocate(byteCount: Self.recordBytes * batch, alignment: 8)
        for index in 0..<memory.count { memory[index] = UInt8(truncatingIfNeeded: index &* 31) }
        records = .allocate(capacity: batch)
        for index in 0..<batch {
            let start = index * Self.recordBytes
            records.initializeElement(
                at: index,
                to: RecordBytes(
                    UnsafeRawBufferPointer(rebasing: memory[start..<start + Self.recordBytes]),
                    payloadHash: SHA256Digest()))
        }
    }

    deinit {
        records.deallocate()
        memory.deallocate()
    }

    /// Hashes the payloads and stages them as one append, as a server does for a request.
    func stage(to stream: LogStream, in log: EventLog) throws(LogError) -> LSN {
        RecordBytes.hashPayloads(of: records)
        let mutation = Mutation(
            records: UnsafeBufferPointer(records), wallMilliseconds: 1_750_000_000_000)
        return try stream.withLock { (state) throws(LogError) in
            try log.stage(mutation, on: &state, of: stream)
        }
    }

    /// The same, again as long as the log is busy.
    func stagePatiently(to stream: LogStream, in log: EventLog) throws(LogError) -> LSN {
        while true {
            do throws(LogError) {
                return try stage(to: stream, in: log)
            } catch {
                guard case .overloaded = error else { throw error }
                log.requestCommit()
                Pause.milliseconds(1)
            }
        }
    }
}
