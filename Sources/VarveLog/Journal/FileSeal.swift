import VarveStorage

/// What a journal file says behind its end once another one goes on (`docs/format.md`, "Seal"): so
/// that the last file is missed, too, when it is missing.
enum FileSeal {
    /// The seal of the file before `next`.
    static func header(before next: FileHeader) -> GroupHeader {
        var header = GroupHeader(
            firstLSN: next.baseLSN, syncedThrough: next.previousEndLSN, byte: next.previousEndByte,
            frameCount: 0, frameBytes: 0)
        header.successor = GroupHeader.Successor(number: next.number, id: next.id)
        return header
    }

    /// Seals `file`, which goes on in the one of `next`. That one has its name on stable storage:
    /// else a crash could leave the seal alone. Not synced; nothing depends on its success.
    static func write(
        to file: any StorageBackend, before next: FileHeader
    ) throws(StorageError) {
        try header(before: next).writeAlone(to: file, fileID: next.previousID)
    }

    /// The error about a last file, of that name, that has a seal: it is not the last one.
    static func missing(_ seal: GroupHeader, in name: String) -> LogError {
        let number = seal.successor?.number ?? 0
        return .corruption(
            file: JournalFileName(number: number, role: .journal).path, byte: 0, count: 0,
            detail: "the file is missing; \(name) says at byte \(seal.byte) that the log goes on "
                + "in it")
    }
}
