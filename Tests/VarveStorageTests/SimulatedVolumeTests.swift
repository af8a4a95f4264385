import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

/// That the simulation keeps what it promises, and takes what it says it may take.
@Suite struct SimulatedVolumeTests {
    private let outcomes: [CrashOutcome] =
        [.keepingAll, .losingAll] + (0..<50).map { .random(seed: $0) }

    @Test("what was synced survives every crash")
    func synced() throws {
        for outcome in outcomes {
            let volume = SimulatedVolume()
            try volume.makeDirectory("d")
            let file = try volume.open("d/f", create: .exclusive)
            try file.append([1, 2, 3])
            try file.write([[9]], at: 1)
            try file.truncate(to: 2)
            try file.sync()
            try volume.syncDirectory("d")
            try volume.syncDirectory("")
            volume.crash(outcome)
            #expect(try volume.open("d/f", create: .never).allBytes() == [1, 9])
        }
    }

    @Test(
        "what was not synced is lost when the crash takes all of it, and there when it takes none")
    func extremes() throws {
        for outcome in [CrashOutcome.losingAll, .keepingAll] {
            let volume = SimulatedVolume()
            let file = try volume.open("f", create: .exclusive)
            try file.append([1, 2, 3])
            try file.sync()
            try volume.syncDirectory("")
            try file.append([4])
            try file.flush()
            _ = try volume.open("g", create: .exclusive)
            volume.crash(outcome)
            let isKept = if case .keepingAll = outcome { true } else { false }
            #expect(try volume.list("") == (isKept ? ["f", "g"] : ["f"]))
            let bytes = try volume.open("f", create: .never).allBytes()
            #expect(bytes == (isKept ? [1, 2, 3, 4] : [1, 2, 3]))
        }
    }

    @Test("an unsynced write survives whole, as a prefix, in sectors, or not: each of them happens")
    func partialWrites() throws {
        var seen: Set<String> = []
        for seed in 0..<200 as Range<UInt64> {
            let volume = SimulatedVolume()
            let file = try volume.open("f", create: .exclusive)
            try file.append([UInt8](repeating: 1, count: 2048))
            try file.sync()
            try volume.syncDirectory("")
            try file.write([[UInt8](repeating: 2, count: 2048)], at: 0)
            volume.crash(.random(seed: seed))
            let bytes = try volume.open("f", create: .never).allBytes()
            #expect(bytes.count == 2048)
            let sectors = stride(from: 0, to: 2048, by: 512).map { Set(bytes[$0..<$0 + 512]) }
            let prefix = bytes.prefix { $0 == 2 }.count
            if bytes.allSatisfy({ $0 == 1 }) {
                seen.insert("lost")
            } else if prefix == 2048 {
                seen.insert("whole")
            } else if bytes[prefix...].allSatisfy({ $0 == 1 }) {
                seen.insert("prefix")
            } else {
                // Anything else is made of whole sectors.
                #expect(sectors.allSatisfy { $0.count == 1 })
                seen.insert("sectors")
            }
        }
        #expect(seen == ["lost", "whole", "prefix", "sectors"])
    }

    @Test("a later write may survive an earlier one that is lost; zeros are between")
    func reordering() throws {
        var isReordered = false
        for seed in 0..<200 as Range<UInt64> {
            let volume = SimulatedVolume()
            let file = try volume.open("f", create: .exclusive)
            try file.sync()
            try volume.syncDirectory("")
            try file.append([1, 1])
            try file.append([2, 2])
            volume.crash(.random(seed: seed))
            let bytes = try volume.open("f", create: .never).allBytes()
            if bytes == [0, 0, 2, 2] { isReordered = true }
            #expect(zip(bytes, [1, 1, 2, 2] as [UInt8]).allSatisfy { $0 == 0 || $0 == $1 })
        }
        #expect(isReordered)
    }

    @Test("a synced file without a synced name may vanish, and so may a removal or a rename")
    func names() throws {
        var seen: Set<[String]> = []
        for seed in 0..<100 as Range<UInt64> {
            let volume = SimulatedVolume()
            for name in ["old", "a"] { try volume.open(name, create: .exclusive).append([1]) }
            try volume.open("a", create: .never).sync()
            try volume.syncDirectory("")
            try volume.remove("old")
            try volume.rename("a", to: "b")
            try volume.open("new", create: .exclusive).sync()
            volume.crash(.random(seed: seed))
            let names = try volume.list("")
            seen.insert(names)
            // A rename is one step: one of the two names is there, with the bytes.
            #expect(names.contains("a") != names.contains("b"))
            let kept = try volume.open(names.contains("a") ? "a" : "b", create: .never)
            #expect(try kept.allBytes() == [1])
        }
        #expect(seen.count == 8)
    }

    @Test("a directory that was not synced takes its files with it")
    func directories() throws {
        let volume = SimulatedVolume()
        try volume.makeDirectory("a/b")
        try volume.open("a/b/f", create: .exclusive).sync()
        try volume.syncDirectory("a/b")
        try volume.syncDirectory("a")
        volume.crash(.losingAll)
        #expect(try volume.list("") == [])
        #expect(failure { _ = try volume.list("a") } == "notFound")
    }

    @Test("backends and locks from before a crash are dead, and change nothing after it")
    func dead() throws {
        let volume = SimulatedVolume()
        let lock = try volume.lock(.exclusive)
        let file = try volume.open("f", create: .exclusive)
        try file.append([1])
        volume.crash(.keepingAll)
        #expect(failure { try file.append([2]) }.hasPrefix("io pwrite"))
        #expect(failure { try file.sync() }.hasPrefix("io fdatasync"))
        #expect(failure { _ = try file.bytes(at: 0, count: 1) }.hasPrefix("io pread"))
        #expect(file.size == 0)
        #expect(try volume.open("f", create: .never).allBytes() == [1])
        let second = try volume.lock(.exclusive)
        lock.release()
        #expect(failure { _ = try volume.lock(.exclusive) }.hasPrefix("locked"))
        second.release()
    }

    @Test("the same seed has the same outcome")
    func repeatable() throws {
        func run(_ seed: UInt64) throws -> [[UInt8]] {
            let volume = SimulatedVolume()
            for index in 0..<10 {
                let file = try volume.open("f\(index)", create: .exclusive)
                try file.append([UInt8](repeating: 1, count: 3000))
                try file.write([[UInt8](repeating: 2, count: 1000)], at: 500)
            }
            volume.crash(.random(seed: seed))
            return try volume.list("").map { try volume.open($0, create: .never).allBytes() }
        }
        for seed in 0..<10 as Range<UInt64> { #expect(try run(seed) == run(seed)) }
        #expect(try run(1) != run(2))
    }

    @Test("a flipped bit is there before and after a crash")
    func bitFlip() throws {
        let volume = SimulatedVolume()
        let file = try volume.open("f", create: .exclusive)
        try file.append([0, 0])
        try file.sync()
        try volume.syncDirectory("")
        try volume.flipBit(in: "f", byte: 1, bit: 3)
        #expect(try file.allBytes() == [0, 8])
        volume.crash(.losingAll)
        #expect(try volume.open("f", create: .never).allBytes() == [0, 8])
        #expect(failure { try volume.flipBit(in: "f", byte: 2, bit: 0) } == "readPastEnd 2 1 2")
    }
}
