import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage

/// Bits that a failing device inverts in what was stored.
extension World {
    /// Inverts one bit of the closed store and opens it; true when the store is open then.
    ///
    /// Either opening names the damage, changes nothing, and succeeds once the bit is back, or the
    /// bit lay where nothing is stored that is not kept elsewhere.
    func flipOneBit() throws(Violation) -> Bool {
        guard let (name, byte) = try choosePlace() else { return false }
        let bit = random.next(below: 8)
        try flip(name, byte, bit)
        trace.note("flipped \(name) byte \(byte) bit \(bit)")
        let isFound = verifierObjects()
        let before = disk.digests()
        let error = openEngine()
        guard let error else {
            try Violation.require(
                !isFound, "the verifier objects to byte \(byte) of \(name), opening does not")
            result.damagesHarmless += 1
            return true
        }
        trace.note("found: \(error.code)")
        try Violation.require(
            ["corruption", "newer-format"].contains(error.code), "damage gives \(error)")
        try Violation.require(
            isFound, "opening objects to byte \(byte) of \(name), the verifier does not")
        try Violation.require(
            disk.digests() == before, "an opening that found damage changed the disk")
        result.damagesReported += 1
        try flip(name, byte, bit)
        return false
    }

    /// A byte of a file of the log, among those that were ever written.
    private func choosePlace() throws(Violation) -> (name: String, byte: UInt64)? {
        // What is in segments is read when it is asked for, and checked then, not at opening.
        let names = try files().filter { $0.hasPrefix("journal/") }
        guard !names.isEmpty else { return nil }
        let name = names[random.next(below: names.count)]
        guard let end = try bytes(of: name).lastIndex(where: { $0 != 0 }) else { return nil }
        return (name, UInt64(random.next(below: end + 1)))
    }

    private func verifierObjects() -> Bool {
        do throws(LogError) {
            return !(try LogVerifier.verify(volume: disk).isClean)
        } catch {
            return true
        }
    }

    private func flip(_ name: String, _ byte: UInt64, _ bit: Int) throws(Violation) {
        do throws(StorageError) {
            try disk.flipBit(in: name, byte: byte, bit: bit)
        } catch {
            throw Violation("no bit to flip: \(error)")
        }
    }

    private func files() throws(Violation) -> [String] {
        do throws(StorageError) {
            guard try disk.list("").contains("journal") else { return [] }
            return try disk.list("journal").map { "journal/\($0)" }
        } catch {
            throw Violation("the disk cannot be listed: \(error)")
        }
    }

    private func bytes(of name: String) throws(Violation) -> [UInt8] {
        do throws(StorageError) {
            let file = try disk.open(name, create: .never)
            var bytes = [UInt8](repeating: 0, count: Int(file.size))
            let failure = bytes.withUnsafeMutableBytes { buffer -> StorageError? in
                do throws(StorageError) {
                    try file.read(at: 0, into: buffer)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
            return bytes
        } catch {
            throw Violation("the disk cannot be read: \(error)")
        }
    }
}
