import VarveBytes

/// The keys of the catalog. Numbers are big-endian, so that keys sort by them. All persisted.
///
///     m                                   the mark: how far the log is settled
///     g segment                           a segment that is in use: how many bytes of it are dead
///     s stream 0                          a stream's record
///     s stream 1 key                      an entry of its upper layer's state
///     s stream 2 first-record segment     a run of its records
///     n name                              the id of the stream of that name
///     e moment stream                     a stream to be looked at at that moment
///     f source fork                       where a fork begins in its source
///     t                                   the totals of all streams
enum CatalogKey {
    /// The mark.
    static let mark: [UInt8] = [0x6d]
    /// What the keys of segments begin with.
    static let segments: [UInt8] = [0x67]
    /// What the keys of streams begin with.
    static let streams: [UInt8] = [0x73]
    /// What the keys of alarms begin with.
    static let alarms: [UInt8] = [0x65]

    /// The totals.
    static let totals: [UInt8] = [0x74]

    private static let recordPart: UInt8 = 0
    private static let entryPart: UInt8 = 1
    private static let runPart: UInt8 = 2
    private static let nameByte: UInt8 = 0x6e
    private static let forkByte: UInt8 = 0x66

    /// What a key below a stream is the key of.
    enum Part {
        /// The stream's record.
        case record
        /// An entry of its state, by its own key.
        case entry(UnsafeRawBufferPointer)
        /// A run.
        case run
    }

    /// A segment's key.
    static func segment(_ number: UInt32) -> [UInt8] { segments + bigEndian(UInt64(number)) }

    /// What all keys of a stream begin with.
    static func stream(_ id: StreamID) -> [UInt8] { streams + bigEndian(id.rawValue) }

    /// The key of a stream's record.
    static func record(_ id: StreamID) -> [UInt8] { stream(id) + [recordPart] }

    /// The key of an entry.
    static func entry(_ id: StreamID, _ key: [UInt8]) -> [UInt8] { stream(id) + [entryPart] + key }

    /// What the keys of a stream's runs begin with.
    static func runs(of id: StreamID) -> [UInt8] { stream(id) + [runPart] }

    /// What the keys of its runs with a first record of at least `record` come behind.
    static func runs(of id: StreamID, from record: UInt64) -> [UInt8] {
        runs(of: id) + bigEndian(record)
    }

    /// The key of a run.
    static func run(_ id: StreamID, _ run: SettledRun) -> [UInt8] {
        runs(of: id) + bigEndian(run.firstRecord) + bigEndian(UInt64(run.segment))
    }

    /// The key of a name.
    static func name(_ name: [UInt8]) -> [UInt8] { [nameByte] + name }

    /// Calls `body` with the key of a name, which may be longer than any stream's.
    static func withName<R, E: Error>(
        _ name: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try withUnsafeTemporaryAllocation(byteCount: name.count + 1, alignment: 1) {
            (room) throws(E) in
            room[0] = nameByte
            UnsafeMutableRawBufferPointer(rebasing: room[1...]).copyMemory(from: name)
            return try body(UnsafeRawBufferPointer(room))
        }
    }

    /// The stream that the value of a name stands for; nil when it is not such a value.
    static func stream(inValue value: UnsafeRawBufferPointer) -> StreamID? {
        guard value.count == 9, value[0] == streams[0] else { return nil }
        return StreamID(rawValue: number(value, at: 1))
    }

    /// The key of an alarm.
    static func alarm(_ milliseconds: UInt64, _ id: StreamID) -> [UInt8] {
        alarms + bigEndian(milliseconds) + bigEndian(id.rawValue)
    }

    /// What the keys of a stream's forks begin with.
    static func forks(of source: StreamID) -> [UInt8] { [forkByte] + bigEndian(source.rawValue) }

    /// The key of a fork.
    static func fork(of source: StreamID, _ fork: StreamID) -> [UInt8] {
        forks(of: source) + bigEndian(fork.rawValue)
    }

    /// The stream and the part that a key below `streams` is of; nil when it is not such a key.
    static func parse(_ key: UnsafeRawBufferPointer) -> (id: StreamID, part: Part)? {
        guard key.count >= 10, key[0] == streams[0] else { return nil }
        let id = StreamID(rawValue: number(key, at: 1))
        let rest = UnsafeRawBufferPointer(rebasing: key[10...])
        switch key[9] {
        case recordPart where rest.isEmpty: return (id, .record)
        case entryPart where !rest.isEmpty: return (id, .entry(rest))
        case runPart where rest.count == 16: return (id, .run)
        default: return nil
        }
    }

    /// The number that eight bytes of a key are; the caller knows that they are there.
    static func number(_ key: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(bigEndian: key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
