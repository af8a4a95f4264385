package import VarveLog

/// A handle on one stream of a `StreamEngine`.
///
/// It stays usable after the stream is deleted; operations then say so. Equal handles are handles
/// on one stream, not on one name. Copying costs a reference count; any thread.
package struct Stream: Hashable, Sendable {
    /// The stream in the log.
    package let log: LogStream

    /// A handle on a stream of the log.
    init(_ log: LogStream) {
        self.log = log
    }

    /// The stream's identity inside its log.
    package var id: StreamID { log.id }

    /// What tells this stream from others of its name.
    package var incarnation: Incarnation { log.incarnation }

    /// The stored bytes that are its own, not its source's, and that readers see. Under its lock.
    func ownBytes(_ logState: borrowing LogStreamState) -> UInt64 {
        logState.tail.byte - max(log.start.byte, logState.visibleStart.byte)
    }

    /// The stream's name; valid as long as the handle.
    package var name: UnsafeRawBufferPointer { log.nameBytes }

    /// The content type; never changes.
    package var contentType: ContentType { cell.contentType }

    /// The protocol's part of the stream. The engine attaches it before anyone can find the stream.
    var cell: StreamCell {
        unsafeDowncast(log.attachment, to: StreamCell.self)
    }

    /// Handles on the same stream.
    package static func == (left: Stream, right: Stream) -> Bool {
        left.log === right.log
    }

    /// By the stream's identity.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(log))
    }
}
