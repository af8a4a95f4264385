import VarveLog

/// Shows how far a change of key has come.
final class RekeyProgress {
    private var line = ProgressLine()

    /// Shows what is being done now.
    func show(_ step: Rekeying.Step) {
        switch step {
        case .checkingOld: line.show("checking the log")
        case .copied(let done, let total):
            line.show("written anew: \(ByteCount.text(done)) of \(ByteCount.text(total))")
        case .checkingNew: line.show("checking the new files")
        case .replacing: line.show("replacing the old files")
        }
    }

    /// Takes the line away.
    func clear() { line.clear() }
}
