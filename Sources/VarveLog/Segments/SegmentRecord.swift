package import VarveBytes

/// A record of a run, without its bytes.
package struct SegmentRecord {
    /// Where it begins; for a control record, where the next data record would.
    package let position: StreamPosition
    /// Its length and separator.
    package let entry: LengthEntry
    /// What it is.
    package let kind: RecordKind
    /// The leaf of a redacted record, which does not follow from its bytes any more.
    package let leaf: SHA256Digest?
}
