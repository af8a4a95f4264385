import VarveLog

/// Working memory for appends to JSON streams: a splitter and room for records.
///
/// Thread rule: one thread at a time; `ScratchPool` lends it.
final class Scratch {
    /// Beyond this many records the room is given back after use.
    private static let keptRecordsMax = 4096

    /// The splitter.
    let messages: JSONMessages
    private var records: UnsafeMutableBufferPointer<RecordBytes>

    /// Working memory; nil without memory for it.
    init?() {
        guard let messages = JSONMessages() else { return nil }
        self.messages = messages
        records = .allocate(capacity: 16)
    }

    deinit {
        records.deallocate()
    }

    /// Room for `count` records, not initialised; valid until the next call.
    func room(for count: Int) -> UnsafeMutableBufferPointer<RecordBytes> {
        let isTooLarge = records.count > Self.keptRecordsMax && count <= Self.keptRecordsMax
        if count > records.count || isTooLarge {
            var capacity = 16
            while capacity < count { capacity *= 2 }
            records.deallocate()
            records = .allocate(capacity: capacity)
        }
        return UnsafeMutableBufferPointer(rebasing: records[..<count])
    }
}
