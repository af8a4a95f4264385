/// A place between two groups of the journal: what lies before it is settled.
package struct JournalCut: Hashable, Sendable {
    /// The number of the journal file.
    package var fileNumber: UInt64
    /// The random id of that file.
    package var fileID: UInt64
    /// The position in that file: a multiple of 4096.
    package var byte: UInt64

    /// The place at `byte` of a journal file.
    package init(fileNumber: UInt64, fileID: UInt64, byte: UInt64) {
        self.fileNumber = fileNumber
        self.fileID = fileID
        self.byte = byte
    }
}
