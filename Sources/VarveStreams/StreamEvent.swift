/// One change of a stream's state, as it stands in the log beside the records it belongs to.
///
/// A stream's state is the fold of its events: the same `StreamState.apply` runs when an event is
/// made and when it is read back. All memory is borrowed: from the command, or from the frame.
package enum StreamEvent {
    /// The stream came to be.
    case create(Creation)
    /// Records were appended, the stream was closed, or both.
    case append(Append)
    /// A read moved a sliding expiry.
    case touch
    /// The stream was deleted.
    case delete(Deletion)
    /// What lies before a place, which the frame names, is hidden.
    case trim(Trim)

    /// What a new stream is.
    package struct Creation {
        /// The content type as given.
        package var contentType: UnsafeRawBufferPointer
        /// When it goes by itself.
        package var lifetime: StreamLifetime
        /// `Stream-Expires-At` as given.
        package var lifetimeText: UnsafeRawBufferPointer
        /// Whether it is closed from the start.
        package var isClosed: Bool
        /// Where it was asked to begin, if it is a fork.
        package var fork: ForkRequest?
        /// How much of it is kept.
        package var retention = StreamRetention.everything
    }

    /// What an append does beside bringing records.
    package struct Append {
        /// The producer that is advanced.
        package var producer: ProducerTuple?
        /// The stream's new `Stream-Seq`.
        package var sequence: UnsafeRawBufferPointer?
        /// Whether the stream is closed.
        package var closes: Bool
    }

    /// Why a stream was deleted. Persisted.
    package enum Deletion: UInt8 {
        /// Someone asked for it.
        case requested = 0
        /// Its time was over.
        case expired = 1
    }

    /// Why a stream was trimmed. Persisted.
    package enum Trim: UInt8 {
        /// Someone asked for it.
        case requested = 0
        /// Its retention is limited.
        case retention = 1
    }
}

extension StreamEvent.Append {
    /// True when it brings records and nothing else: then it has no bytes.
    package var isPlain: Bool { producer == nil && sequence == nil && !closes }
}
