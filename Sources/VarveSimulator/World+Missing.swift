import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

/// Files that somebody removes.
extension World {
    /// Removes the last journal file, and perhaps more, from a copy of the closed store: that must
    /// be noticed.
    ///
    /// Only where no loss of power and no fault may have taken what says that there is one more.
    func missLastFile(after ending: Ending) throws(Violation) {
        guard engine == nil, ending == .processDeath, wasOpenedCleanly,
            plan.firedCount == firedAtOpening, chance(20)
        else { return }
        let files = try files()
        let journals = files.filter { $0.hasSuffix(".journal") }.sorted()
        guard journals.count > 1 else { return }
        // The first ones may be settled, and wait to be used again.
        let missing = journals.suffix(1 + random.next(below: journals.count - 1))
        trace.note("a copy lacks \(missing)")
        let copy = try copy(of: files.filter { !missing.contains($0) })
        let found = damages(in: copy)
        try Violation.require(
            missing.contains { found.contains($0) },
            "\(missing) are missing, and the verifier names \(found)")
        let refusal = refusal(of: copy) ?? "nothing"
        try Violation.require(
            missing.contains { refusal.contains($0) },
            "\(missing) are missing, and opening says \(refusal)")
    }

    private func damages(in copy: MemoryVolume) -> [String] {
        do throws(LogError) {
            return try LogVerifier.verify(volume: starting(on: copy)).damages.map(\.file)
        } catch {
            return ["\(error)"]
        }
    }

    /// Why a copy does not open; nil when it does.
    private func refusal(of copy: MemoryVolume) -> String? {
        do throws(LogError) {
            try EventLog.open(
                volume: starting(on: copy), options: swarm.logOptions, clock: clock,
                random: SeededRandom(seed: random.next()), fold: nil
            ).abandon()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// These files of the log, in a volume of their own.
    private func copy(of names: [String]) throws(Violation) -> MemoryVolume {
        let copy = MemoryVolume()
        for name in names {
            let bytes = try bytes(of: name)
            do throws(StorageError) {
                try copy.makeDirectory(VolumeName.directory(of: name))
                let file = try copy.open(name, create: .exclusive)
                _ = try bytes.span.withUnsafeBytes { (bytes) throws(StorageError) in
                    try file.append(bytes)
                }
            } catch {
                throw Violation("no copy: \(error)")
            }
        }
        return copy
    }
}
