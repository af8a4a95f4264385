import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStorage
import VarveStore
import VarveStreams

/// Bits that a failing device inverts in what was stored.
extension World {
    /// Inverts one bit of the closed store and opens it; true when the store is open then.
    ///
    /// Either the damage is named, by opening or, inside a segment, at the latest by whoever reads
    /// the place, nothing is changed, and all is well once the bit is back; or the bit lay where
    /// nothing is stored that is not kept elsewhere.
    func flipOneBit() throws(Violation) -> Bool {
        guard let (name, byte) = try choosePlace() else { return false }
        let bit = random.next(below: 8)
        try flip(name, byte, bit)
        trace.note("flipped \(name) byte \(byte) bit \(bit)")
        let isFound = verifierObjects()
        let before = disk.digests()
        if let error = openEngine() {
            trace.note("found: \(error.code)")
            try Violation.require(
                ["corruption", "newer-format"].contains(error.code)
                    || options.isEncrypted && error.code == "io", "damage gives \(error)")
            try Violation.require(
                isFound, "opening objects to byte \(byte) of \(name), the verifier does not")
            try Violation.require(
                disk.digests() == before, "an opening that found damage changed the disk")
        } else if name.hasPrefix("segments/"), isFound {
            try checkDamagedReads()
            kill()
        } else {
            try Violation.require(
                !isFound, "the verifier objects to byte \(byte) of \(name), opening does not")
            result.damagesHarmless += 1
            return true
        }
        result.damagesReported += 1
        try flip(name, byte, bit)
        return false
    }

    /// With damage in a segment, a read gives the right bytes or an error.
    private func checkDamagedReads() throws(Violation) {
        let last = try open.log.durable.rawValue
        for name in model.names {
            guard let known = model.holder(of: name), let handle = handle(name),
                handle.id.rawValue == known.id
            else { continue }
            let tail = known.mark(through: last).tail
            let result = try requests.read(handle, from: .start, maxBytes: 1 << 30, blocking: true)
            guard case .success(let (page, bytes)) = result else { continue }
            try Violation.require(
                page.end <= tail && known.holds(bytes, at: 0..<Int(page.end.byte)),
                "\(name): damage was served")
        }
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
            return !(try LogVerifier.verify(volume: starting(on: disk)).isClean)
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

    /// The files of the log.
    func files() throws(Violation) -> [String] {
        do throws(StorageError) {
            let directories = try disk.list("")
            var files: [String] = []
            for directory in ["journal", "segments"] where directories.contains(directory) {
                files += try disk.list(directory).map { "\(directory)/\($0)" }
            }
            return files
        } catch {
            throw Violation("the disk cannot be listed: \(error)")
        }
    }

    /// What is in a file.
    func bytes(of name: String) throws(Violation) -> [UInt8] {
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
