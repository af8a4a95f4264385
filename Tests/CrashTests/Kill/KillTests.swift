import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `kill -9` in the middle of a load, over and over on one directory.
///
/// This proves the death of the process only: the page cache survives it. The simulated volume
/// stands for the loss of power.
@Suite(.blocking) struct KillTests {
    private static let settings = ProcessInfo.processInfo.environment
    private static let rounds = Int(settings["VARVE_CRASH_ROUNDS"] ?? "") ?? 8
    private static let seed =
        UInt64(settings["VARVE_CRASH_SEED"] ?? "") ?? UInt64.random(in: 1...999_999)

    @Test(.timeLimit(.minutes(120)), arguments: [false, true])
    func whatWasAcknowledgedSurvivesEveryKill(isEncrypted: Bool) throws {
        let directory = try TemporaryDirectory()
        let victim = try Victim(in: directory, isEncrypted: isEncrypted)
        var dice = Dice(seed: Self.seed)
        let writers = (0..<6).map { Writer(number: $0, seed: Self.seed) }
        let shared = SharedStream()
        var acknowledgements = 0

        for round in 1...Self.rounds {
            try victim.killDuringStart(dice: &dice)
            // The page cache survives a killed process, so every durability must keep its word
            // here.
            let durability =
                ["sync", "sync", "interval:20", "os"].randomElement(using: &dice) ?? "sync"
            let server = try victim.start(["--durability", durability])
            try check(writers, shared, port: server.port, round: round)
            try shared.create(port: server.port)
            acknowledgements += try load(
                server, writers, shared, goal: Int.random(in: 100...2500, using: &dice), dice: &dice
            )
            if round % 4 == 0 || round == Self.rounds { try victim.run("verify") }
            try #require(problems(writers, shared).isEmpty, "seed \(Self.seed), round \(round)")
        }

        let server = try victim.start([])
        try check(writers, shared, port: server.port, round: Self.rounds + 1)
        #expect(try server.stop() == .exited(0))
        try victim.run("verify")
        let again = try victim.start([])
        try check(writers, shared, port: again.port, round: Self.rounds + 2)
        try again.killWithoutWarning()
        #expect(acknowledgements > Self.rounds * 50, "the load was too small to prove anything")
        print(
            "kill -9: \(Self.rounds) rounds, \(acknowledgements) acknowledged, seed \(Self.seed)"
                + (isEncrypted ? ", encrypted" : ""))
    }

    /// Loads the server until `goal` acknowledgements, then kills it; returns how many there were.
    private func load(
        _ server: ServerProcess, _ writers: [Writer], _ shared: SharedStream, goal: Int,
        dice: inout Dice
    ) throws -> Int {
        let port = server.port
        let progress = Progress()
        let seeds = (0..<3).map { _ in dice.next() }
        var threads = try writers.map { writer in
            try NamedThread.client("writer") { writer.work(port: port, progress: progress) }
        }
        threads += try seeds.map { seed in
            try NamedThread.client("appender") {
                shared.append(port: port, progress: progress, seed: seed)
            }
        }
        threads.append(try NamedThread.client("reader") { shared.follow(port: port) })
        progress.wait(for: goal)
        Victim.pass(microseconds: Int.random(in: 0...3_000, using: &dice))
        try server.killWithoutWarning()
        for thread in threads { thread.join() }
        return progress.acknowledgements
    }

    private func check(_ writers: [Writer], _ shared: SharedStream, port: UInt16, round: Int) throws
    {
        var threads = try writers.map { writer in
            try NamedThread.client("check") { writer.check(port: port) }
        }
        if round > 1 {
            threads.append(try NamedThread.client("check") { shared.check(port: port) })
        }
        for thread in threads { thread.join() }
        #expect(problems(writers, shared).isEmpty, "seed \(Self.seed), round \(round)")
    }

    private func problems(_ writers: [Writer], _ shared: SharedStream) -> [String] {
        writers.flatMap(\.problems) + shared.problems
    }
}
