package import VarveBytes

/// One record to be appended: bytes that belong to the caller, and their digest.
package struct RecordBytes {
    /// The record's bytes; they stay the caller's and must live through the call.
    package var bytes: UnsafeRawBufferPointer
    /// What the record is. A control record has no bytes; the digest of a trim is that of the
    /// visible start that its mutation names.
    package var kind: RecordKind
    /// The digest of `bytes`, computed before any lock is taken.
    package var payloadHash: SHA256Digest

    /// A record with a digest computed earlier, or still to be computed.
    package init(
        _ bytes: UnsafeRawBufferPointer, kind: RecordKind = .data, payloadHash: SHA256Digest
    ) {
        self.bytes = bytes
        self.kind = kind
        self.payloadHash = payloadHash
    }

    /// The record of a trim to `visible`.
    package init(trimTo visible: VisibleStart) {
        self.init(
            UnsafeRawBufferPointer(start: nil, count: 0), kind: .trim, payloadHash: visible.digest)
    }

    /// The length that its leaf has.
    var chainLength: Int { kind == .trim ? VisibleStart.byteCount : bytes.count }

    /// A record whose digest is computed here; not under a lock.
    package init(_ bytes: UnsafeRawBufferPointer, kind: RecordKind = .data) {
        self.init(bytes, kind: kind, payloadHash: SHA256Hasher.hash(bytes))
    }

    /// Computes the digests of several records together; not under a lock. A trim has its own.
    package static func hashPayloads(of records: UnsafeMutableBufferPointer<RecordBytes>) {
        SHA256Batch.hash(count: records.count) {
            records[$0].bytes
        } _: { index, digest in
            if records[index].kind != .trim { records[index].payloadHash = digest }
        }
    }
}

/// One change of one stream, committed whole or not at all. All memory is borrowed for the call.
package struct Mutation {
    /// The event of the layer above, given back at recovery; opaque to the log.
    package var annotation: UnsafeRawBufferPointer
    /// The records to append, in order; may be empty.
    package var records: UnsafeBufferPointer<RecordBytes>
    /// A byte stored behind each data record: it counts in byte positions and not in the chain.
    package var separator: UInt8?
    /// True for what readers of the stream must wait for: create, close, delete, trim.
    package var isStructural: Bool
    /// Where the stream begins for its readers from now on; then the first record is the trim's.
    package var visible: VisibleStart?
    /// The records that are erased; then there are none to append, and the annotation is the text
    /// that says why, which is not told to the layer above.
    package var redaction: Redaction?
    /// Whether its frame must be the first one of a journal file; for a set that is one frame.
    package var startsFile: Bool
    /// How the stream's records are stored when they are settled; for creations.
    package var encoding: RunEncoding
    /// The time of the change; the frame's time is this or, if that is later, the last frame's.
    ///
    /// What `apply` must see exactly belongs into the annotation.
    package var wallMilliseconds: UInt64

    /// A change with the given parts.
    package init(
        annotation: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        records: UnsafeBufferPointer<RecordBytes> = UnsafeBufferPointer(start: nil, count: 0),
        separator: UInt8? = nil, isStructural: Bool = false, visible: VisibleStart? = nil,
        redaction: Redaction? = nil, startsFile: Bool = false, encoding: RunEncoding = .none,
        wallMilliseconds: UInt64
    ) {
        self.annotation = annotation
        self.records = records
        self.separator = separator
        self.isStructural = isStructural
        self.visible = visible
        self.redaction = redaction
        self.startsFile = startsFile
        self.encoding = encoding
        self.wallMilliseconds = wallMilliseconds
    }
}
