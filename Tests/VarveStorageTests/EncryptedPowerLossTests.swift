import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

/// What an encrypted file keeps over losses of power.
@Suite struct EncryptedPowerLossTests {
    /// Blocks in which nothing was written since the last sync keep every byte; in a block that was
    /// written in part, the bytes around keep theirs; a byte that was rewritten may be old, new, or
    /// refused.
    @Test(
        "synced bytes survive any loss of power, next to whatever was being written",
        arguments: 0..<60)
    func powerLoss(seed: UInt64) throws {
        let disk = SimulatedVolume()
        let random = SeededRandom(seed: seed &* 7919 &+ 1)
        var model = FileModel()
        for cycle in 0..<12 {
            let volume = EncryptedVolume(disk, key: .test)
            let file = try volume.open("file", create: .ifMissing)
            try volume.syncDirectory("")
            model.adopt(file, sayingSeed: seed, cycle)
            for _ in 0..<random.next(below: 12) + 1 { try step(file, &model, random) }
            disk.crash(.random(seed: random.next()))
        }
    }

    @Test(
        "synced bytes survive a loss of power between any two steps of a change",
        arguments: 0..<60)
    func powerLossInside(seed: UInt64) throws {
        let disk = SimulatedVolume()
        let random = SeededRandom(seed: seed &* 104_729 &+ 3)
        var model = FileModel()
        for cycle in 0..<12 {
            let plan = FaultPlan(seed: random.next())
            let volume = EncryptedVolume(FaultyVolume(disk, plan: plan), key: .test)
            let file = try volume.open("file", create: .ifMissing)
            try volume.syncDirectory("")
            model.adopt(file, sayingSeed: seed, cycle)
            plan.freeze(afterChanges: random.next(below: 60))
            // What fails has begun: the model has forgotten the promises that it may break.
            do {
                for _ in 0..<40 { try step(file, &model, random) }
            } catch is StorageError {}
            disk.crash(.random(seed: random.next()))
        }
    }

    @Test("the end of the process loses nothing", arguments: 0..<10)
    func processEnd(seed: UInt64) throws {
        let disk = SimulatedVolume()
        let random = SeededRandom(seed: seed)
        var model = FileModel()
        var expected: [UInt8] = []
        for cycle in 0..<8 {
            let file = try EncryptedVolume(disk, key: .test).open("file", create: .ifMissing)
            #expect(try file.allBytes() == expected)
            model.adopt(file, sayingSeed: seed, cycle)
            for _ in 0..<10 { try step(file, &model, random) }
            expected = model.bytes
            disk.crash(.keepingAll)
        }
    }

    private func step(
        _ file: any StorageBackend, _ model: inout FileModel, _ random: SeededRandom
    ) throws {
        let size = model.bytes.count
        // Never zero: a byte that was never written must not look like one that was.
        let value = UInt8(random.next(below: 255) + 1)
        let count = random.next(below: 2) == 0 ? random.next(below: 60) : random.next(below: 9000)
        let bytes = [UInt8](repeating: value, count: count)
        switch random.next(below: 10) {
        case 0...4:
            guard model.isAppendable else { return }
            model.write(bytes, at: size)
            try file.append(bytes)
        case 5, 6:
            let offset = random.next(below: size + 1)
            guard model.isReadable(offset, offset + count) else { return }
            model.write(bytes, at: offset)
            try file.write([bytes], at: UInt64(offset))
        case 7:
            let kept = random.next(below: size + 1)
            guard model.isReadable(max(0, kept - 1), kept) else { return }
            model.truncate(to: kept)
            try file.truncate(to: UInt64(kept))
        default:
            try file.sync()
            model.sync()
        }
    }
}

/// The bytes of a file, and which of them no loss of power may take.
private struct FileModel {
    private(set) var bytes: [UInt8] = []
    /// For each byte below the smallest size since the last sync: what it must be, or nil.
    private var promised: [UInt8?] = []
    /// Blocks that cannot be read, from a loss of power.
    private var refused: Set<Int> = []

    var isAppendable: Bool {
        bytes.count % 4096 == 0 || !refused.contains(bytes.count / 4096)
    }

    /// True when no block that holds a part of these bytes is refused.
    func isReadable(_ start: Int, _ end: Int) -> Bool {
        let blocks = start / 4096...max(start, end - 1) / 4096
        return refused.isDisjoint(with: blocks)
    }

    mutating func write(_ new: [UInt8], at offset: Int) {
        let overlap = min(new.count, bytes.count - offset)
        bytes.replaceSubrange(offset..<offset + overlap, with: new.prefix(overlap))
        bytes += new.dropFirst(overlap)
        for index in offset..<min(offset + new.count, max(offset, promised.count)) {
            promised[index] = nil
        }
    }

    mutating func truncate(to size: Int) {
        bytes.removeSubrange(size...)
        if promised.count > size { promised.removeSubrange(size...) }
        refused = refused.filter { $0 * 4096 < size }
    }

    mutating func sync() {
        promised = bytes.enumerated().map { index, byte in
            guard refused.contains(index / 4096) else { return byte }
            return index < promised.count ? promised[index] : nil
        }
    }

    /// Checks what a crash has left against what it may leave, and goes on from it.
    mutating func adopt(_ file: any StorageBackend, sayingSeed seed: UInt64, _ cycle: Int) {
        let size = Int(file.size)
        #expect(size >= promised.count, "seed \(seed), cycle \(cycle)")
        var found: [UInt8] = []
        refused = []
        for start in stride(from: 0, to: size, by: 4096) {
            let end = min(start + 4096, size)
            // Of a block that was being lengthened only the older part may be there.
            let needed = (start..<end).last { $0 < promised.count && promised[$0] != nil } ?? start
            var block = try? file.bytes(at: UInt64(start), count: end - start)
            if block == nil {
                refused.insert(start / 4096)
                block = try? file.bytes(at: UInt64(start), count: needed + 1 - start)
            }
            if block == nil {
                let isPromised = needed < promised.count && promised[needed] != nil
                #expect(!isPromised, "seed \(seed), cycle \(cycle), block \(start / 4096)")
            }
            found += block ?? []
            found += [UInt8](repeating: 0, count: end - found.count)
        }
        for (index, byte) in promised.enumerated() where index < found.count {
            guard let byte, found[index] != byte else { continue }
            Issue.record("seed \(seed), cycle \(cycle), byte \(index): \(byte)")
            break
        }
        bytes = found
        promised = Array(promised.prefix(size))
    }
}
