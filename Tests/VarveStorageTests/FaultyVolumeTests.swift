import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

/// That faults come when planned, once, and with the effects of real ones.
@Suite struct FaultyVolumeTests {
    private let disk = SimulatedVolume()
    private let plan = FaultPlan(seed: 5)
    private var volume: FaultyVolume { FaultyVolume(disk, plan: plan) }

    @Test("a write fails at its turn, has written a part, and poisons its file alone")
    func write() throws {
        let file = try volume.open("a", create: .exclusive)
        let other = try volume.open("b", create: .exclusive)
        plan.fail(.write, atTurn: 2, with: .outOfSpace)
        try file.append([1, 2, 3])
        let error = failure { try file.append([UInt8](repeating: 4, count: 100)) }
        #expect(error == "outOfSpace")
        #expect(file.size >= 3 && file.size < 103)
        #expect(try file.bytes(at: 0, count: 3) == [1, 2, 3])
        for _ in 0..<2 { #expect(failure { try file.append([5]) } == "poisoned by outOfSpace") }
        #expect(failure { try file.sync() } == "poisoned by outOfSpace")
        #expect(failure { try file.flush() } == "poisoned by outOfSpace")
        #expect(failure { try file.truncate(to: 0) } == "poisoned by outOfSpace")
        try other.append([1])
        #expect(try volume.open("a", create: .never).append([6]) >= 3)
    }

    @Test("a failed sync loses what it should have written, even if a later one succeeds")
    func sync() throws {
        var isLost = false
        for seed in 0..<50 as Range<UInt64> {
            let disk = SimulatedVolume()
            let plan = FaultPlan(seed: seed)
            let volume = FaultyVolume(disk, plan: plan)
            let file = try volume.open("f", create: .exclusive)
            try volume.syncDirectory("")
            try file.append([1, 2, 3])
            plan.fail(.sync, with: .inputOutput)
            #expect(failure { try file.sync() }.hasPrefix("io sync"))
            #expect(failure { try file.sync() }.hasPrefix("poisoned by io sync"))
            let again = try volume.open("f", create: .never)
            #expect(try again.allBytes() == [1, 2, 3])
            try again.sync()
            disk.crash(.keepingAll)
            let left = try disk.open("f", create: .never).allBytes()
            if left != [1, 2, 3] { isLost = true }
        }
        #expect(isLost)
    }

    @Test("faults can be for some names, for several turns, and forgotten")
    func selection() throws {
        plan.fail(.create, count: 2, with: .inputOutput, namesContaining: "journal")
        _ = try volume.open("other", create: .ifMissing)
        for _ in 0..<2 {
            let failure = failure { _ = try volume.open("journal", create: .ifMissing) }
            #expect(failure.hasPrefix("io create"))
        }
        _ = try volume.open("journal", create: .ifMissing)
        plan.fail(.read, count: .max, with: .inputOutput)
        let file = try volume.open("journal", create: .never)
        try file.append([1])
        for _ in 0..<3 {
            #expect(failure { _ = try file.bytes(at: 0, count: 1) }.hasPrefix("io read"))
        }
        plan.clear()
        #expect(try file.bytes(at: 0, count: 1) == [1])
    }

    @Test("what happens to other names takes no turn")
    func turnsOfANamedFault() throws {
        let journal = try volume.open("journal", create: .exclusive)
        let other = try volume.open("other", create: .exclusive)
        plan.fail(.write, atTurn: 2, with: .inputOutput, namesContaining: "journal")
        try other.append([1])
        try other.append([2])
        try journal.append([3])
        try other.append([4])
        #expect(failure { try journal.append([5]) }.hasPrefix("io write"))
        #expect(other.size == 3)
    }

    @Test("names and directory syncs fail as planned and change nothing")
    func names() throws {
        _ = try volume.open("a", create: .exclusive)
        plan.fail(.name, count: 3, with: .outOfSpace)
        #expect(failure { try volume.remove("a") } == "outOfSpace")
        #expect(failure { try volume.rename("a", to: "b") } == "outOfSpace")
        #expect(failure { try volume.makeDirectory("d") } == "outOfSpace")
        plan.fail(.syncDirectory, with: .inputOutput)
        #expect(failure { try volume.syncDirectory("") }.hasPrefix("io syncDirectory"))
        try volume.syncDirectory("")
        #expect(try volume.list("") == ["a"])
    }

    @Test("after the freeze nothing reaches the disk")
    func freeze() throws {
        let file = try volume.open("f", create: .exclusive)
        try volume.syncDirectory("")
        let before = plan.changeCount
        plan.freeze(afterChanges: 2)
        try file.append([1])
        try file.sync()
        #expect(failure { try file.append([2]) }.hasPrefix("io write"))
        #expect(failure { try volume.remove("f") }.hasPrefix("io name"))
        #expect(failure { _ = try volume.open("g", create: .exclusive) }.hasPrefix("io create"))
        #expect(plan.changeCount == before + 5)
        disk.crash(.keepingAll)
        #expect(try disk.list("") == ["f"])
        #expect(try disk.open("f", create: .never).allBytes() == [1])
    }

    @Test("operations are counted, and immediate reads refused on demand")
    func counting() throws {
        let file = try volume.open("f", create: .exclusive)
        try file.append([1])
        try file.write([[2]], at: 0)
        #expect(plan.count(of: .write) == 2)
        #expect(plan.count(of: .create) == 1)
        #expect(plan.count(of: .sync) == 0)
        let reader = try #require(file as? any ImmediateReader)
        var byte: [UInt8] = [0]
        #expect(try byte.withUnsafeMutableBytes { try reader.readImmediately(at: 0, into: $0) })
        #expect(byte == [2])
        plan.refuseImmediateReads(true)
        #expect(try !byte.withUnsafeMutableBytes { try reader.readImmediately(at: 0, into: $0) })
        #expect(plan.count(of: .read) == 1)
    }
}
