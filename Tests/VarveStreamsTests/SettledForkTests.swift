import Testing
import VarveLog
import VarvePlatform
import VarveSimulation

@testable import VarveStreams

@Suite("Forks of what is in segments", .timeLimit(.minutes(30)))
struct SettledForkTests {
    /// What happens to the log between two steps.
    enum Pause: CaseIterable {
        case nothing, settle, reopen, settleAndReopen

        func take(_ fixture: EngineFixture) throws {
            if self == .settle || self == .settleAndReopen { try fixture.engine.log.settle() }
            if self == .reopen || self == .settleAndReopen { try fixture.reopen() }
        }
    }

    @Test("a fork reads across the border to its source, whichever of them is in segments")
    func border() throws {
        for (first, second) in [(false, false), (true, false), (false, true), (true, true)] {
            let fixture = try EngineFixture()
            try fixture.create("source", body: "one,")
            for text in ["two,", "three,"] { try fixture.append("source", text) }
            let cut = try fixture.append("source", "four,").tail
            if first { try fixture.engine.log.settle() }
            for text in ["behind,", "more,"] { try fixture.append("source", text) }
            try fixture.create("fork", body: "own,", forkOf: "source", at: cut)
            try fixture.append("fork", "last")
            if second { try fixture.engine.log.settle() }
            for _ in 0..<2 {
                try Self.expect("one,two,three,four,own,last", of: "fork", in: fixture)
                try Self.expect("one,two,three,four,behind,more,", of: "source", in: fixture)
                try fixture.reopen()
            }
        }
    }

    @Test("a fork at every place of a source, at its records and inside them, has what lies before")
    func everyPlace() throws {
        let fixture = try EngineFixture()
        let records = ["ab", "c", "defg", "hi"]
        try fixture.create("source")
        for record in records[..<3] { try fixture.append("source", record) }
        try fixture.engine.log.settle()
        try fixture.append("source", records[3])
        var expected: [String: String] = [:]
        var start = StreamPosition.start
        var before = ""
        for (index, record) in records.enumerated() {
            for count in 0...record.utf8.count {
                let name = "f\(index)/\(count)"
                try fixture.create(name, forkOf: "source", at: start, sub: UInt64(count))
                expected[name] = before + record.prefix(count)
            }
            before += record
            start = StreamPosition(
                record: UInt64(index + 1), byte: start.byte + UInt64(record.utf8.count))
        }
        for pause in Pause.allCases {
            try pause.take(fixture)
            for (name, text) in expected.sorted(by: { $0.key < $1.key }) {
                try Self.expect(text, of: name, in: fixture)
            }
        }
        try fixture.delete("source")
        try Pause.settleAndReopen.take(fixture)
        for (name, text) in expected { try Self.expect(text, of: name, in: fixture) }
    }

    @Test("a fork of JSON messages in segments counts messages, and has the source's separators")
    func messages() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", type: "application/json", body: "[1,[2,2],3]")
        try fixture.engine.log.settle()
        try fixture.append("source", "[4,5]", type: "application/json")
        for count in 0...5 {
            try fixture.create(
                "fork\(count)", body: "[\"own\"]", forkOf: "source", at: .start, sub: UInt64(count)
            )
        }
        let messages = ["1,", "[2,2],", "3,", "4,", "5,"]
        for pause in Pause.allCases {
            try pause.take(fixture)
            for count in 0...5 {
                let text = messages.prefix(count).joined() + "\"own\","
                try Self.expect(text, of: "fork\(count)", in: fixture)
            }
        }
        let beyond = fixture.refusal {
            try fixture.create("more", forkOf: "source", at: .start, sub: 6)
        }
        #expect(beyond?.error == .forkSubOffsetBeyondData)
    }

    @Test("chains of four lose their streams in every order, settled and reopened in between")
    func everyOrder() throws {
        for (index, order) in Self.permutations(of: Array(0..<4)).enumerated() {
            for pause in Pause.allCases {
                try Self.deleteChain(order, withPause: { _ in pause }, "\(index) \(pause)")
            }
        }
    }

    @Test(
        "chains of ten lose their streams in random orders, settled and reopened in between",
        arguments: 1...16 as ClosedRange<UInt64>)
    func tenDeep(_ seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        var order = Array(0..<10)
        for index in order.indices.reversed() {
            order.swapAt(index, random.next(below: index + 1))
        }
        try Self.deleteChain(
            order, withPause: { _ in Pause.allCases[random.next(below: 4)] }, "\(order)")
    }

    @Test(
        "trees of forks lose their streams in random orders",
        arguments: 1...12 as ClosedRange<UInt64>)
    func trees(_ seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        let sources = (1..<9).map { random.next(below: $0) }
        var order = Array(0..<9)
        for index in order.indices.reversed() {
            order.swapAt(index, random.next(below: index + 1))
        }
        try Self.delete(
            order, sources: [nil] + sources,
            withPause: { _ in Pause.allCases[random.next(below: 4)] }, "\(sources) \(order)")
    }

    @Test("a source that was settled, deleted and let go leaves nothing behind")
    func release() throws {
        let fixture = try EngineFixture()
        try fixture.create("source", body: "x")
        try fixture.create("fork", forkOf: "source")
        try fixture.engine.log.settle()
        try fixture.delete("source")
        try fixture.engine.log.settle()
        try fixture.reopen()
        #expect(fixture.refusal { try fixture.create("source") }?.error == .nameHeld)
        try Self.expect("x", of: "fork", in: fixture)
        try fixture.delete("fork")
        try fixture.engine.log.settle()
        try fixture.reopen()
        #expect(fixture.engine.streamCount == 0)
        #expect(fixture.engine.totalBytes == 0)
        try fixture.create("source", body: "new")
        #expect(try fixture.contents("source") == "new")
        try fixture.engine.log.settle()
        let report = try LogVerifier.verify(volume: fixture.volume)
        #expect(report.isClean)
        #expect(report.streams.map(\.name) == ["source"])
    }

    @Test("a deletion of a settled chain that was not synced is undone as a whole")
    func undoneCascade() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let volume = SimulatedVolume()
            let fixture = try EngineFixture(volume: volume)
            try fixture.create("0", body: "x")
            for index in 1..<4 { try fixture.create("\(index)", forkOf: "\(index - 1)") }
            for index in 0..<3 { try fixture.delete("\(index)") }
            try fixture.engine.log.settle()
            try fixture.delete("3")
            #expect(fixture.engine.streamCount == 0)
            try fixture.losePower(volume, seed: seed)
            // The frame is there or not, and with it all that it says.
            #expect([0, 4].contains(fixture.engine.streamCount))
            if fixture.engine.streamCount == 4 {
                try Self.expect("x", of: "3", in: fixture)
                try fixture.delete("3")
            }
            try fixture.commit()
            #expect(fixture.engine.streamCount == 0)
        }
    }

    // MARK: Chains

    private static func deleteChain(
        _ order: [Int], withPause pause: (Int) -> Pause, _ what: String
    ) throws {
        let sources = order.indices.map { $0 == 0 ? nil : $0 - 1 }
        try delete(order, sources: sources, withPause: pause, what)
    }

    /// Makes streams, each a fork of the one that `sources` names, and deletes them in an order;
    /// after each step every stream must be what its own and its forks' deletions say.
    private static func delete(
        _ order: [Int], sources: [Int?], withPause pause: (Int) -> Pause, _ what: String
    ) throws {
        let fixture = try EngineFixture()
        var texts: [String] = []
        for (index, source) in sources.enumerated() {
            if let source {
                try fixture.create("\(index)", forkOf: "\(source)")
                texts.append(texts[source])
            } else {
                try fixture.create("\(index)")
                texts.append("")
            }
            texts[index] += "<\(index)>"
            try fixture.append("\(index)", "<\(index)>")
            try pause(index).take(fixture)
        }
        // Behind the forks, so that they do not see it.
        for index in sources.indices {
            try fixture.append("\(index)", "|")
            texts[index] += "|"
        }
        var deleted: Set<Int> = []
        for victim in order {
            try fixture.delete("\(victim)")
            deleted.insert(victim)
            try pause(victim).take(fixture)
            try fixture.commit()
            func isThere(_ index: Int) -> Bool {
                !deleted.contains(index)
                    || sources.indices.contains { sources[$0] == index && isThere($0) }
            }
            for index in sources.indices {
                let refusal = fixture.refusal { _ = try fixture.head("\(index)") }
                guard deleted.contains(index) else {
                    #expect(refusal == nil, "\(index) after \(victim): \(what)")
                    #expect(try fixture.read("\(index)").text == texts[index], "\(what)")
                    continue
                }
                #expect(refusal?.error == (isThere(index) ? .deleted : .notFound), "\(what)")
            }
            let count = sources.indices.filter { isThere($0) }.count
            #expect(fixture.engine.streamCount == count, "\(what)")
        }
        #expect(fixture.engine.totalBytes == 0)
        let report = try LogVerifier.verify(volume: fixture.volume)
        #expect(report.damages == [], "\(what): \(report.damages)")
        #expect(report.streams.isEmpty, "\(what)")
    }

    private static func permutations(of items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { item in
            permutations(of: items.filter { $0 != item }).map { [item] + $0 }
        }
    }

    /// Reads in pages of many sizes from many records, and verifies the stream's chain.
    private static func expect(
        _ text: String, of name: String, in fixture: EngineFixture
    ) throws {
        try fixture.commit()
        let all = Array(text.utf8)
        for maxBytes in [1, 3, 5, 100] {
            var next = ReadStart.start
            var found = ""
            while true {
                let (part, page) = try fixture.read(name, from: next, maxBytes: maxBytes)
                found += part
                // Whatever lies behind a page's end is what reading on from there gives.
                let rest = try fixture.read(name, from: .position(page.end))
                #expect(rest.text.utf8.elementsEqual(all[Int(page.end.byte)...]))
                if page.isUpToDate { break }
                next = .position(page.end)
            }
            #expect(found == text, "\(name) in pages of \(maxBytes)")
        }
        let stream = try fixture.find(name).log
        #expect(try fixture.engine.log.verify(stream).hash == stream.withLock { $0.head })
    }
}
