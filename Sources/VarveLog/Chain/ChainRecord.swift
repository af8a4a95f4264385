import VarveBytes

/// What the chain binds of a record.
struct ChainRecord {
    /// Its number; of a control record, that of the next data record.
    var number: UInt64
    /// What it is.
    var kind: RecordKind
    /// Bytes of the payload without a separator; of a trim, of its visible start.
    var length: Int
    /// The digest of the payload.
    var payload: SHA256Digest
}
