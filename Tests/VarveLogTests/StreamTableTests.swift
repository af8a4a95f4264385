import Testing
import VarveBytes
import VarvePlatform

@testable import VarveLog

@Suite struct StreamTableTests {
    private func makeStream(_ id: UInt64) -> LogStream {
        LogStream(
            id: StreamID(rawValue: id), incarnation: Incarnation(from: SeededRandom(seed: id)),
            name: UnsafeRawBufferPointer(start: nil, count: 0),
            state: LogStreamState(head: ChainHash()))
    }

    @Test func theTableAgreesWithADictionaryUnderRandomChanges() {
        let random = SeededRandom(seed: 3)
        var table = StreamTable()
        var reference: [UInt64: LogStream] = [:]
        for step in 0..<20_000 {
            let id = UInt64(random.next(below: 4000)) * (step % 3 == 0 ? 1 : 1 << 40) + 1
            if let stream = reference[id] {
                table.remove(stream)
                table.remove(stream)
                reference[id] = nil
            } else {
                let stream = makeStream(id)
                table.insert(stream)
                reference[id] = stream
            }
            #expect(table.find(StreamID(rawValue: id)) === reference[id])
        }
        for (id, stream) in reference { #expect(table.find(StreamID(rawValue: id)) === stream) }
    }
}
