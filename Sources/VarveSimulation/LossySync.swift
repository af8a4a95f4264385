import VarvePlatform
import VarveStorage

/// A backend that can act out a failed sync: what was to be written is forgotten, partly written.
protocol LossySync: StorageBackend {
    /// Does to the disk what a failing sync does; `random` decides which part was written.
    func loseSync(random: SeededRandom) throws(StorageError)
}
