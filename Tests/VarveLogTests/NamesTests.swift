import Testing
import VarvePlatform

@testable import VarveLog

@Suite struct NamesTests {
    @Test func tableAndIndexAgreeWithASortedDictionaryUnderRandomChanges() {
        let random = SeededRandom(seed: 9)
        var table = NameTable(seed: 1)
        var index = NameIndex()
        var reference: [String: LogStream] = [:]
        for step in 0..<20_000 {
            let name = "n/\(random.next(below: 3000))"
            if let stream = reference[name] {
                let removed = [table.remove(stream), table.remove(stream)]
                #expect(removed == [true, false])
                index.remove(stream)
                reference[name] = nil
            } else {
                let stream = makeStream(name, step)
                table.insert(stream)
                index.insert(stream)
                reference[name] = stream
            }
            if step % 2500 == 0 { expectSame(table, index, reference) }
        }
        expectSame(table, index, reference)
    }

    @Test func namesInOrderAreListedByPrefixAndPage() {
        var index = NameIndex()
        var streams = (0..<2000).map { makeStream("a\(1000 + $0)", $0) }
        streams.append(makeStream("b", 2000))
        for stream in streams { index.insert(stream) }
        #expect(list(index, "a10", nil, 3) == ["a1000", "a1001", "a1002"])
        #expect(list(index, "a10", "a1098", 9) == ["a1099"])
        #expect(list(index, "", "a2998", 9) == ["a2999", "b"])
        #expect(list(index, "b", "a", 9) == ["b"])
        #expect(list(index, "c", nil, 9) == [])
        #expect(list(index, "a", nil, 0) == [])
        #expect(list(index, "a", nil, Int.max).count == 2000)
        withExtendedLifetime(streams) {}
    }

    private func expectSame(
        _ table: NameTable, _ index: NameIndex, _ reference: [String: LogStream]
    ) {
        #expect(table.count == reference.count)
        for (name, stream) in reference {
            #expect(Array(name.utf8).withUnsafeBytes { table.find($0) } === stream)
        }
        #expect(list(index, "", nil, Int.max) == reference.keys.sorted())
    }

    private func list(
        _ index: NameIndex, _ prefix: String, _ after: String?, _ limit: Int
    ) -> [String] {
        let prefix = Array(prefix.utf8)
        return prefix.withUnsafeBytes { prefix in
            guard let after = after.map({ Array($0.utf8) }) else {
                return index.list(prefix: prefix, after: nil, limit: limit).map(\.name)
            }
            return after.withUnsafeBytes {
                index.list(prefix: prefix, after: $0, limit: limit).map(\.name)
            }
        }
    }

    private func makeStream(_ name: String, _ number: Int) -> LogStream {
        let incarnation = Incarnation(from: SeededRandom(seed: UInt64(number)))
        return Array(name.utf8).withUnsafeBytes { name in
            LogStream(
                id: StreamID(rawValue: UInt64(number + 1)), incarnation: incarnation, name: name,
                state: LogStreamState(head: Chain.genesis(incarnation, name: name)))
        }
    }
}
