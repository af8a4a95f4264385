/// A border between two groups of the journal; everything before it is on stable storage.
///
/// What lies before a cut may be settled; what lies behind it is replayed when the log is opened.
package struct CutPoint: Hashable, Sendable {
    /// The last LSN before the cut; 0 = the cut before everything.
    package var lsn: UInt64
    /// Where the journal goes on behind the cut.
    package var place: JournalCut

    /// A cut behind `lsn` at `place`.
    package init(lsn: UInt64, place: JournalCut) {
        self.lsn = lsn
        self.place = place
    }

    /// A cut behind `lsn`, at `byte` of a journal file.
    init(lsn: UInt64, file: UInt32, fileID: UInt64, byte: UInt64) {
        self.lsn = lsn
        place = JournalCut(fileNumber: UInt64(file), fileID: fileID, byte: byte)
    }
}
