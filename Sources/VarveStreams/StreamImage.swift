import VarveLog

/// A stream's state as it is saved, but for its producers, each of which has an entry of its own.
struct StreamImage: Equatable {
    /// The append of a producer that closed the stream.
    struct Closing: Equatable {
        /// The producer.
        var id: [UInt8]
        /// Its epoch.
        var epoch: UInt64
        /// The append's sequence number.
        var sequence: UInt64
    }

    /// The content type, as `ContentType` has it.
    var contentType: [UInt8]
    /// When the stream was created, in seconds since 1970.
    var createdSeconds: UInt32
    /// When records were last appended or the stream was closed, in seconds since 1970.
    var updatedSeconds: UInt32
    /// When it goes by itself.
    var lifetime: StreamLifetime
    /// `Stream-Expires-At` as given; empty unless `lifetime` is absolute.
    var lifetimeText: [UInt8]
    /// The last use that the log knows, in milliseconds since 1970; 0 unless there is a lifetime.
    var journalledUse: UInt64
    /// The last `Stream-Seq`; nil before the first.
    var sequence: [UInt8]?
    /// Where the stream was asked to begin, if it is a fork.
    var fork: ForkRequest?
    /// What closed the stream, if a producer did.
    var closing: Closing?
    /// How much of it is kept.
    var retention = StreamRetention.everything
    /// The stretch of appends that goes on, if it keeps what is not too old; those that are over
    /// have entries of their own.
    var openStretch: AgeIndex.Open?
    /// The entry of the next stretch that is over; 0 unless it keeps what is not too old.
    var nextSlot: UInt8 = 0
}
