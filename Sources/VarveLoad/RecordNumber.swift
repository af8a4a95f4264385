/// The number that a record of a live run carries: who sent it, and which of the sent it is.
struct RecordNumber: Equatable {
    private static let countBits: UInt64 = 48

    /// The number as the record's marker has it.
    let rawValue: UInt64

    /// The number in a marker.
    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The record that is the stream's `count`th, sent by `writer`.
    init(writer: Int, count: UInt64) {
        rawValue = UInt64(writer) << Self.countBits | count & (1 << Self.countBits - 1)
    }

    /// The connection that sent the record, by its index.
    var writer: Int { Int(rawValue >> Self.countBits) }
}
