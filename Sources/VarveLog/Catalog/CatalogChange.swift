/// What one cut changes of one stream in the catalog.
struct CatalogChange {
    /// The stream as it is at the cut; a tombstone when it was deleted.
    var record: StreamRecord
    /// The entries of its upper layer's state that were added or changed.
    var entries: [StateEntry]
    /// Where the records are that it got since the cut before; nil when it got none.
    var run: SettledRun?
    /// The stream as the catalog has it; nil when it is new.
    var previous: StreamRecord?
}
