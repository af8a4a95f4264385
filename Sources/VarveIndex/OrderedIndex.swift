/// A map from keys to values, both bytes, in the order of the keys: the seam between Varve and the
/// database behind it.
///
/// Changes come in batches, each of them whole or not at all. A batch is visible when `write`
/// returns and survives a crash only after `flush`. What a crash leaves is a prefix of the batches
/// in the order they were written: never the second without the first. The index keeps no log of
/// its own; whoever needs what was not flushed has it in the journal. Nothing survives that was
/// written since the barrier was called last, if the index was opened with one.
///
/// Seven methods: these five, and the two of `IndexReader`. The index closes when its last
/// reference, and the last of its snapshots, is gone; without a barrier that may write what is not
/// flushed.
package protocol OrderedIndex: IndexReader {
    /// Applies all operations of a batch, in their order, as one change.
    ///
    /// May wait for the disk when it is written to faster than the disk takes it.
    func write(_ batch: borrowing IndexBatch) throws(IndexError)

    /// Blocks until everything written before the call is on stable storage.
    func flush() throws(IndexError)

    /// The index as it is now, whatever is written later; holds resources until it is released.
    func snapshot() throws(IndexError) -> any IndexReader

    /// Takes over a large sorted run as one change, cheaper than writing it.
    ///
    /// The batch holds puts only, their keys strictly ascending; otherwise throws `unsorted` and
    /// changes nothing. Blocks: when it returns, the run and everything written before it are on
    /// stable storage.
    func ingest(_ run: borrowing IndexBatch) throws(IndexError)

    /// Makes a copy of the index as it is now in `directory`, which must not exist, beside readers
    /// and writers. Blocks; afterwards the copy is on stable storage.
    ///
    /// On disk `directory` is a path, on the same file system, and unchanged files are shared by
    /// links. Forms that keep everything in memory take it for the name of another index of the
    /// same source.
    func checkpoint(to directory: String) throws(IndexError)
}
