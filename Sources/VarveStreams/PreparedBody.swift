import VarveLog

/// The records that the content of a request becomes, hashed before any lock is taken.
///
/// Valid for the call that it was prepared for.
struct PreparedBody {
    /// The records in order, the control record of a close among them.
    var records: UnsafeBufferPointer<RecordBytes>
    /// The stored bytes, separators included.
    var storedBytes: UInt64 = 0
    /// What stands behind each stored record.
    var separator: UInt8?
    /// Why the content is refused, if it is; then there are no records.
    var fault: StreamError?

    /// Nothing to append, and why not.
    init(fault: StreamError? = nil) {
        records = UnsafeBufferPointer(start: nil, count: 0)
        self.fault = fault
    }

    /// Records in memory that the caller keeps.
    init(_ records: UnsafeBufferPointer<RecordBytes>, separator: UInt8?) {
        self.records = records
        self.separator = separator
        for record in records where record.kind == .data {
            storedBytes += UInt64(record.bytes.count) + (separator == nil ? 0 : 1)
        }
    }

    /// The record that closes a stream.
    static var closing: RecordBytes {
        RecordBytes(UnsafeRawBufferPointer(start: nil, count: 0), kind: .close)
    }
}
