import Testing
import VarveLog
import VarvePlatform

@testable import VarveStreams

@Suite("Forks")
struct ForkTests {
    /// A chain of streams, each a fork of the one before, that are deleted in some order.
    private final class ForkChain {
        let fixture: EngineFixture
        private var lives: [Bool]
        private var gone: [Bool]

        init(depth: Int) throws {
            fixture = try EngineFixture()
            lives = [Bool](repeating: true, count: depth)
            gone = [Bool](repeating: false, count: depth)
            for index in 0..<depth {
                try fixture.create(
                    Self.name(index), body: Self.own(index),
                    forkOf: index == 0 ? nil : Self.name(index - 1))
                // Behind where the next one forks.
                if index > 0 { try fixture.append(Self.name(index - 1), "#") }
            }
        }

        static func name(_ index: Int) -> String { "s/\(index)" }
        static func own(_ index: Int) -> String { "<\(index)>" }

        /// Deletes one stream, then restarts, and compares everything with what must be.
        func delete(_ index: Int, crashing: Bool) throws {
            try fixture.delete(Self.name(index))
            lives[index] = false
            // From the end, everything that is deleted and has no fork that is there.
            for index in lives.indices.reversed() {
                let hasFork = index + 1 < lives.count && !gone[index + 1]
                gone[index] = gone[index] || !lives[index] && !hasFork
            }
            try compare()
            if crashing {
                try fixture.commit()
                try fixture.crash()
            } else {
                try fixture.reopen()
            }
            try compare()
        }

        func compare() throws {
            try fixture.commit()
            var shared = ""
            for index in lives.indices {
                let name = Self.name(index)
                let hash = index + 1 < lives.count ? "#" : ""
                if lives[index] {
                    #expect(try fixture.read(name).text == shared + Self.own(index) + hash)
                    let stream = try fixture.find(name).log
                    _ = try fixture.engine.log.verify(stream)
                } else {
                    let refusal = fixture.refusal { _ = try fixture.head(name) }
                    #expect(refusal?.error == (gone[index] ? .notFound : .deleted))
                }
                shared += Self.own(index)
            }
            let kept = gone.count { !$0 }
            #expect(fixture.engine.streamCount == kept)
            let bytes = gone.indices.reduce(0) { sum, index in
                let hash = index + 1 < lives.count ? 1 : 0
                return sum + (gone[index] ? 0 : Self.own(index).utf8.count + hash)
            }
            #expect(fixture.engine.totalBytes == UInt64(bytes))
        }
    }

    private static func permutations(of count: Int) -> [[Int]] {
        guard count > 1 else { return [[0]] }
        return permutations(of: count - 1).flatMap { shorter in
            (0...shorter.count).map { place in
                var order = shorter
                order.insert(count - 1, at: place)
                return order
            }
        }
    }

    @Test("a chain of four, deleted in every order, reopened between the steps")
    func everyOrder() throws {
        for order in Self.permutations(of: 4) {
            let chain = try ForkChain(depth: 4)
            try chain.compare()
            for (step, index) in order.enumerated() {
                try chain.delete(index, crashing: step % 2 == 0)
            }
            #expect(chain.fixture.engine.streamCount == 0)
        }
    }

    @Test(
        "a chain of ten, deleted in many orders, reopened between the steps",
        arguments: 0..<24 as Range<UInt64>)
    func tenDeep(_ seed: UInt64) throws {
        var order = Array(0..<10)
        let random = SeededRandom(seed: seed)
        switch seed {
        case 0: break
        case 1: order.reverse()
        default: for index in 1..<10 { order.swapAt(index, random.next(below: index + 1)) }
        }
        let chain = try ForkChain(depth: 10)
        for index in order { try chain.delete(index, crashing: random.next(below: 2) == 0) }
        #expect(chain.fixture.engine.streamCount == 0)
        #expect(chain.fixture.engine.totalBytes == 0)
    }

    @Test("a fork and its request are the same after a restart")
    func restart() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", lifetime: .sliding(seconds: 60), body: "hello")
        let cut = StreamPosition.start
        try fixture.create("fork", body: "!", forkOf: "source", at: cut, sub: 2)
        let before = try fixture.head("fork")
        for _ in 0..<2 {
            #expect(try fixture.contents("fork") == "he!")
            let again = try fixture.create("fork", forkOf: "source", at: cut, sub: 2)
            #expect(again.kind == .existing)
            let other = fixture.refusal {
                try fixture.create("fork", forkOf: "source", at: cut, sub: 3)
            }
            #expect(other?.error == .configMismatch)
            let head = try fixture.head("fork")
            #expect(head.lifetime == .sliding(seconds: 60))
            #expect(head.incarnation == before.incarnation)
            try fixture.reopen()
        }
    }

    @Test("a fork is undone by a crash before it was durable, and holds its source no more")
    func crash() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", body: "x")
        try fixture.commit()
        try fixture.create("fork", forkOf: "source")
        try fixture.crash()
        #expect(fixture.refusal { _ = try fixture.find("fork") }?.error == .notFound)
        try fixture.delete("source")
        #expect(fixture.engine.streamCount == 0)
    }

    @Test("an answer about a fork waits for the records it shows of the source")
    func visibility() throws {
        let fixture = try EngineFixture()
        try fixture.create("source")
        let appended = try fixture.append("source", "x")
        let fork = try fixture.create("fork", forkOf: "source")
        #expect(fork.visibleAt > appended.visibleAt)
        #expect(try fixture.head("fork").visibleAt >= fork.visibleAt)
    }

    @Test("a listing without a deleted source waits for the deletion, though forks keep the source")
    func listing() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", body: "x")
        try fixture.create("fork", forkOf: "source")
        try fixture.commit()
        let deletion = try fixture.delete("source")
        let (summaries, visibleAt) = try fixture.engine.list(
            prefix: UnsafeRawBufferPointer(start: nil, count: 0), after: nil, limit: 10)
        #expect(summaries.map(\.name) == ["fork"])
        #expect(visibleAt >= deletion)
    }

    @Test("whether forks keep a stream whose time is over is told when the fork is durable")
    func keptAfterItsTime() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", lifetime: .sliding(seconds: 5), body: "x")
        let fork = try fixture.create(
            "fork", lifetime: .sliding(seconds: 1000), forkOf: "source")
        fixture.clock.advance(milliseconds: 20_000)
        let kept = fixture.refusal { try fixture.append("source", "y") }
        #expect(kept?.error == .deleted)
        #expect(kept.map { $0.visibleAt >= fork.visibleAt } == true)
        let deletion = try fixture.delete("fork")
        let gone = fixture.refusal { try fixture.append("source", "y") }
        #expect(gone?.error == .notFound)
        #expect(gone.map { $0.visibleAt >= deletion } == true)
    }

    @Test("the chain of a fork binds the source at its place")
    func chain() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", body: "a")
        try fixture.append("source", "b", closes: true)
        try fixture.create("fork", forkOf: "source")
        let (source, fork) = (try fixture.find("source").log, try fixture.find("fork").log)
        let origin = try #require(fork.edge?.origin)
        #expect(origin.sourceIncarnation == source.incarnation)
        // The head behind the last record, not behind the control record that closed the source.
        try fixture.commit()
        let page = try fixture.engine.log.read(source, check: .genesis)
        #expect(page.records.map(\.kind) == [.data, .data, .close])
        #expect(page.records[1].chainHash == origin.sourceHead)
        #expect(fork.genesis != Chain.genesis(fork.incarnation, name: fork.nameBytes))
        #expect(try fixture.engine.log.verify(fork).hash == fork.genesis)
    }

    @Test("only the tail of an open source is forked without waiting for the disk")
    func blocking() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", body: "a")
        try fixture.append("source", "b")
        try fixture.create("one", forkOf: "source", blocking: false)
        let early = fixture.refusal {
            try fixture.create("two", forkOf: "source", at: .start, blocking: false)
        }
        #expect(early?.error == .log(.wouldBlock))
    }

    @Test("forks lie one above the other up to a limit")
    func depth() throws {
        let fixture = try EngineFixture()
        try fixture.create("0", body: "x")
        for index in 1...ForkOrigin.depthMax {
            try fixture.create("\(index)", forkOf: "\(index - 1)")
        }
        let last = ForkOrigin.depthMax
        #expect(
            fixture.refusal { try fixture.create("more", forkOf: "\(last)") }?.error
                == .forkLimit(last))
        #expect(try fixture.contents("\(last)") == "x")
        for index in 0..<last { try fixture.delete("\(index)") }
        try fixture.delete("\(last)")
        #expect(fixture.engine.streamCount == 0)
        try fixture.reopen()
        #expect(fixture.engine.streamCount == 0)
    }
}
