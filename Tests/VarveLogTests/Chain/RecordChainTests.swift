import Testing
import VarveBytes
import VarvePlatform

@testable import VarveLog

@Suite struct RecordChainTests {
    private let stream = LogStream(
        id: StreamID(rawValue: 7), incarnation: Incarnation(from: SeededRandom(seed: 7)),
        name: UnsafeRawBufferPointer(start: nil, count: 0),
        state: LogStreamState(head: ChainHash()))

    /// Payloads of all sizes, the records of which a batch holds several, one, or a part.
    private let payloads: [[UInt8]] = {
        let random = SeededRandom(seed: 5)
        return (0..<60).map { index in
            pattern(index % 20 == 7 ? 70_000 : random.next(below: 700), seed: index)
        }
    }()

    /// The heads behind all records, computed one after the other.
    private let heads: [ChainHash]

    init() {
        var head = stream.genesis
        let stream = self.stream
        heads = payloads.enumerated().map { index, payload in
            head = Chain.head(
                after: head, incarnation: stream.incarnation, record: UInt64(index), kind: .data,
                length: payload.count, payload: payload.withUnsafeBytes { SHA256Hasher.hash($0) })
            return head
        }
    }

    private func position(_ index: Int) -> StreamPosition {
        StreamPosition(
            record: UInt64(index), byte: UInt64(payloads[..<index].reduce(0) { $0 + $1.count + 1 }))
    }

    /// Gives records to a chain, in pieces and with separators, and heads at the places given.
    private func walk(
        isHashing: Bool = true, joining joined: [Int: ChainHash] = [:]
    ) throws(LogError) -> [Record] {
        var chain = RecordChain(of: stream, isHashing: isHashing)
        var records: [Record] = []
        var failure: LogError?
        do throws(LogError) {
            try chain.join(nil, at: 0)
            try chain.flushing {
                records.append($0)
            } after: { (chain) throws(LogError) in
                for (index, payload) in payloads.enumerated() {
                    let stored = payload + [UInt8(ascii: ",")]
                    let entry = LengthEntry(length: payload.count, kind: .data, hasSeparator: true)
                    chain.begin(entry, at: position(index))
                    chain.add(stored[..<(stored.count / 3)])
                    chain.add(stored[(stored.count / 3)...])
                    try chain.end { records.append($0) }
                    if let head = joined[index] { try chain.join(head, at: UInt64(index + 1)) }
                }
            }
        } catch {
            failure = error
        }
        let expected = payloads.indices.prefix(records.count).map { index in
            Record(
                position: position(index), kind: .data, payload: payloads[index],
                chainHash: isHashing ? heads[index] : nil)
        }
        #expect(records == expected)
        if let failure { throw failure }
        return records
    }

    @Test("records come in order, with the heads of a chain that is followed one by one")
    func recordsAndHeads() throws {
        #expect(try walk().count == 60)
        #expect(try walk(isHashing: false).count == 60)
        let all = Dictionary(uniqueKeysWithValues: heads.enumerated().map { ($0, $1) })
        #expect(try walk(joining: all).count == 60)
    }

    @Test("a stored head that is another is found at its record, wherever that is in a batch")
    func wrongHead() {
        for index in payloads.indices {
            #expect(
                throws: LogError.chainBroken(stream: stream.id, record: UInt64(index + 1))
            ) {
                _ = try walk(joining: [0: heads[0]].merging([index: stream.genesis]) { $1 })
            }
        }
    }

    @Test("all records before a failure are given out, once")
    func failure() {
        for end in 0..<60 {
            var chain = RecordChain(of: stream, isHashing: true)
            var count = 0
            #expect(throws: LogError.closed) {
                try chain.join(nil, at: 0)
                try chain.flushing { _ in
                    count += 1
                } after: { (chain) throws(LogError) in
                    for index in 0..<end {
                        let entry = LengthEntry(
                            length: payloads[index].count, kind: .data, hasSeparator: false)
                        try chain.give(entry, at: position(index), payloads[index][...]) { _ in
                            count += 1
                        }
                    }
                    throw .closed
                }
            }
            #expect(count == end)
        }
    }

    @Test("leaves that are known already are taken as they are")
    func knownLeaves() {
        var batch = LeafBatch()
        for (index, payload) in payloads.enumerated() {
            batch.add(payload)
            batch.end(
                LeafBatch.Record(
                    number: UInt64(index), kind: index % 5 == 0 ? .redacted : .data,
                    length: payload.count, leaf: index % 5 == 0 ? stream.genesis : nil))
        }
        let leaves = batch.leaves(of: stream.incarnation)
        for (index, payload) in payloads.enumerated() {
            let leaf = Chain.leaf(
                incarnation: stream.incarnation, record: UInt64(index), kind: .data,
                length: payload.count, payload: payload.withUnsafeBytes { SHA256Hasher.hash($0) })
            #expect(leaves[index] == (index % 5 == 0 ? stream.genesis : leaf))
            #expect(Array(batch.payload(index)) == payload)
        }
        batch.clear()
        #expect(batch.count == 0 && !batch.isFull)
    }
}
