import Foundation
import ServerProcess
import Testing
import VarveConnect
import VarvePlatform

/// `kill -9` in the middle of a load of the store, over and over on one directory, with subscribers
/// that go on where they were.
@Suite(.blocking) struct StoreKillTests {
    /// Where the store runs.
    enum Setting: String, CaseIterable {
        /// All batches are kept, so that the index can be made again from them.
        case whole
        /// Old batches are dropped meanwhile.
        case dropping
        /// The index is in memory and made again at every start.
        case encrypted
    }

    private static let settings = ProcessInfo.processInfo.environment
    private static let asked = Int(settings["VARVE_CRASH_ROUNDS"] ?? "")
    private static let rounds = asked ?? 3
    /// How many acknowledgements a load lasts.
    private static let goals = asked == nil ? 30...120 : 50...600
    private static let seed =
        UInt64(settings["VARVE_CRASH_SEED"] ?? "") ?? UInt64.random(in: 1...999_999)
    private static let writers = 5

    private let known = KnownBatches()
    private let followers = [
        StoreFollower(.init(prefixes: [""])),
        StoreFollower(.init(prefixes: ["w2/", "w4#"])),
        StoreFollower(.init(prefixes: ["shared/"], writer: 3)),
    ]

    @Test(
        "Acknowledged batches survive every kill whole, and nobody sees a gap or a repeat",
        .timeLimit(.minutes(120)), arguments: Setting.allCases)
    func acknowledgedBatchesSurviveEveryKill(setting: Setting) throws {
        let directory = try TemporaryDirectory()
        let victim = try Victim(in: directory, isEncrypted: setting == .encrypted)
        var dice = Dice(seed: Self.seed)
        let writers = (0..<Self.writers).map { number in
            StoreWriter(
                number: number, of: Self.writers, mayDrop: setting == .dropping, known: known,
                seed: Self.seed)
        }
        var acknowledgements = 0
        for round in 1...Self.rounds {
            try victim.killDuringStart(dice: &dice)
            let server = try start(on: victim, dice: &dice)
            try check(server, round)
            if round % 8 == 2 { writers[round % Self.writers].planBulk() }
            acknowledgements += try load(
                server, writers, goal: Int.random(in: Self.goals, using: &dice), dice: &dice)
            if round % 8 == 0 { try victim.run("verify") }
        }
        let server = try start(on: victim, dice: &dice)
        try check(server, Self.rounds + 1, whole: true)
        let connection = try StoreConnection(port: server.port)
        let rows = try connection.everything()
        if setting == .dropping {
            _ = try connection.call(
                .setRetention, SetRetentionRequest(.keepLatest(count: 5)),
                SetRetentionResponse.self)
        }
        if dice.oneIn(2) {
            #expect(try server.stop() == .exited(0))
        } else {
            try server.killWithoutWarning()
        }
        try victim.run("verify")
        try checkRebuilt(victim, setting, rows, dice: &dice)
        #expect(
            acknowledgements >= Self.rounds * Self.goals.lowerBound,
            "the load was too small to prove anything")
        print(
            "kill -9, store, \(setting): \(Self.rounds) rounds, \(acknowledgements) acknowledged, "
                + "\(known.settled) batches, \(followers.map(\.count)) seen, seed \(Self.seed)")
    }

    private func start(on victim: Victim, dice: inout Dice) throws -> ServerProcess {
        // The page cache survives a killed process, so every durability must keep its word here.
        let durability =
            ["sync", "sync", "interval:20", "os"].randomElement(using: &dice) ?? "sync"
        return try victim.start(["--store", "on", "--durability", durability])
    }

    /// Loads the server until `goal` acknowledgements, then kills it; returns how many there were.
    private func load(
        _ server: ServerProcess, _ writers: [StoreWriter], goal: Int, dice: inout Dice
    ) throws -> Int {
        let port = server.port
        let progress = Progress()
        let known = known
        var threads = try writers.map { writer in
            try NamedThread.client("writer") { writer.work(port: port, progress: progress) }
        }
        threads += try followers.map { follower in
            try NamedThread.client("follower") { follower.follow(port: port, known) }
        }
        progress.wait(for: goal)
        Victim.pass(microseconds: Int.random(in: 0...5_000, using: &dice))
        try server.killWithoutWarning()
        for thread in threads { thread.join() }
        return progress.acknowledgements
    }

    private func check(_ server: ServerProcess, _ round: Int, whole: Bool = false) throws {
        known.check(port: server.port, whole: whole)
        for follower in followers { follower.check(known) }
        let problems = known.problems + followers.flatMap(\.problems)
        try #require(
            problems.isEmpty && !server.program.hasEnded,
            "\(problems) \(server.program.errors), seed \(Self.seed), round \(round)")
    }

    /// The index that is made again from the log alone has the same pairs; where the log has not
    /// all batches any more it is not made, and stays as it is.
    private func checkRebuilt(
        _ victim: Victim, _ setting: Setting, _ rows: [KeyValue], dice: inout Dice
    ) throws {
        switch setting {
        case .whole: try victim.run("repair", ["--rebuild-index"])
        case .dropping:
            let before = try DirectoryDigest(of: victim.data)
            let dropped = known.settled - 5
            try victim.run(
                "repair", ["--rebuild-index"],
                refusal: "which has dropped batches 1 to \(dropped) and keeps "
                    + "\(dropped + 1) to \(known.settled)")
            #expect(try DirectoryDigest(of: victim.data) == before)
        case .encrypted:
            try victim.run("repair", ["--rebuild-index"], refusal: "is in memory")
        }
        let server = try start(on: victim, dice: &dice)
        try check(server, Self.rounds + 2)
        #expect(try StoreConnection(port: server.port).everything() == rows)
        #expect(try server.stop() == .exited(0))
    }
}
