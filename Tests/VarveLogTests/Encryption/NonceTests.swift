import Glibc
import Synchronization
import Testing
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

/// Two contents under one nonce give both away: over everything a log does, there are never two.
@Suite("Nonces of an encrypted log")
struct NonceTests {
    @Test("no nonce is used twice over settlings, recycled files, kills and losses of power")
    func workload() throws {
        let disk = SimulatedVolume()
        let ledger = SealedBlockLedger()
        let uses = Mutex((all: Set<NonceUse>(), repeated: 0))
        let random = SeededRandom(seed: 4711)
        let fileRandom = SeededRandom(seed: 4712)
        var options = LogOptions.small
        options.settlesWhenClosed = true
        for cycle in 0..<14 {
            let volume = EncryptedVolume(
                RecordingVolume(disk, ledger), key: .forTests, random: fileRandom
            ) { use in
                uses.withLock { if !$0.all.insert(use).inserted { $0.repeated += 1 } }
            }
            let test = try TestLog(volume, options: options, seed: UInt64(cycle) + 1)
            let stream = try test.find("s") ?? test.create("s")
            for _ in 0..<random.next(below: 6) + 2 {
                try test.append([pattern(random.next(below: 300_000) + 1, seed: cycle)], to: stream)
                if random.next(below: 3) == 0 { try test.log.settle() }
            }
            switch random.next(below: 4) {
            case 0: test.log.close()
            case 1:
                // Killed: what is staged and asked for may or may not be written.
                try test.stage([pattern(5000)], to: stream)
                test.log.requestCommit()
                test.log.abandon()
            default:
                try test.stage([pattern(70_000)], to: stream)
                test.log.requestCommit()
                disk.crash(.random(seed: random.next()))
                test.log.abandon()
            }
        }
        #expect(ledger.contradictions == 0)
        #expect(ledger.count > 1000)
        #expect(ledger.recycled > 2)
        #expect(uses.withLock { $0.repeated } == 0)
        #expect(uses.withLock { $0.all.count } >= ledger.count)
    }

    @Test("the same nonces are found out by the ledger")
    func canary() throws {
        let ledger = SealedBlockLedger()
        for byte in 0..<2 as Range<UInt8> {
            // A source of randomness that repeats itself draws the same ids for each opening.
            let volume = EncryptedVolume(
                RecordingVolume(MemoryVolume(), ledger), key: .forTests,
                random: SeededRandom(seed: 1))
            let file = try volume.open("f", create: .exclusive)
            _ = try [byte, 7].withUnsafeBytes { try file.append($0) }
        }
        #expect(ledger.contradictions == 1)
    }

    @Test("a damaged spare is given up, and the log opens", .timeLimit(.minutes(30)))
    func damagedSpare() throws {
        let disk = MemoryVolume()
        let test = try TestLog(EncryptedVolume(disk, key: .forTests))
        let stream = try test.create("s", [pattern(100)])
        try test.append([pattern(10)], to: stream)
        let bytes = try test.bytes(of: stream)
        // The spare is written beside the appends; a log that closes does not wait for it.
        var spares: [String] = []
        while spares.isEmpty {
            sched_yield()
            spares = try disk.list("journal").filter { $0.hasSuffix(".spare") }
        }
        test.log.close()
        for name in spares {
            let file = try disk.open("journal/\(name)", create: .never)
            try [0xff].withUnsafeBytes { try file.write($0, at: 100) }
        }
        let again = try TestLog(EncryptedVolume(disk, key: .forTests), seed: 2)
        #expect(try again.bytes(of: #require(again.find("s"))) == bytes)
        #expect(try LogVerifier.verify(volume: EncryptedVolume(disk, key: .forTests)).isClean)
    }
}
