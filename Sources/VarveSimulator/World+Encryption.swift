import VarvePlatform
import VarveSimulation
import VarveStorage

/// The store's own view of its disk when it is encrypted.
extension World {
    /// The key of every encrypted store under simulation.
    private static let key = EncryptionKey([UInt8](repeating: 0x5a, count: 32))

    /// `volume` as a process that starts now sees it.
    ///
    /// Encrypted, it is a new one each time: what the last process knew of its files and nonces
    /// ended with it.
    func starting(on volume: any Volume) -> any Volume {
        guard options.isEncrypted, let key = Self.key else { return volume }
        let nonces = self.nonces
        return EncryptedVolume(volume, key: key, random: fileRandom) { nonces.note($0) }
    }

    /// The volume of an engine that starts now, with its faults.
    func startingEngine() -> any Volume {
        let started = starting(on: volume)
        return options.isEncrypted ? FaultyVolume(started, plan: observed) : started
    }

    /// No nonce was ever used twice.
    func checkNonces() throws(Violation) {
        try Violation.require(
            nonces.repeated == 0, "\(nonces.repeated) nonces were used for two contents")
    }
}
