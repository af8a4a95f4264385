/// What walking over a run gives out, in the order of the file.
package enum SegmentItem {
    /// A place where the chain's head is recorded: nil where that is the chain's beginning.
    case checkpoint(StreamPosition, ChainHash?)
    /// A record; its stored bytes follow, if it has any.
    case record(SegmentRecord)
    /// Stored bytes of the record before, in pieces of up to 256 KiB; valid for the call.
    case bytes(UnsafeRawBufferPointer)
}
