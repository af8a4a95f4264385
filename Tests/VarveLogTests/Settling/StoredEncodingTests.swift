import Testing
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct StoredEncodingTests {
    private static func open(_ volume: any Volume, seed: UInt64 = 1) throws -> TestLog {
        var options = LogOptions.small
        options.workers = .stepped
        options.mergesSegments = false
        options.fileBytes = 4 << 20
        return try TestLog(volume, options: options, seed: seed)
    }

    @Test("a stream's encoding is kept, used by settling and merging, and changes no head")
    func kept() throws {
        var heads: [ChainHash] = []
        for encoding in RunEncoding.allCases {
            let volume = MemoryVolume()
            let records = (0..<300).map { pattern(1000, seed: $0 % 3) }
            var expected: [UInt8] = []
            for seed in 1...3 {
                let test = try Self.open(volume, seed: UInt64(seed))
                let stream = try test.find("s") ?? test.create("s", encoding: encoding)
                #expect(stream.encoding == encoding)
                try test.append(records, to: stream)
                expected += records.joined()
                // Found in the journal by the next opening, or settled.
                if seed == 1 { test.log.abandon() } else { try test.log.settle() }
                guard seed > 1 else { continue }
                if seed == 3 { try test.log.compact() }
                #expect(try test.bytes(of: stream) == expected)
                let runs = stream.withLock { Array($0.runs) }
                #expect(runs.allSatisfy { $0.encoding == encoding })
                #expect(
                    runs.allSatisfy {
                        encoding == .none
                            ? $0.storedBytes == $0.byteCount : $0.storedBytes < $0.byteCount / 2
                    })
                if seed == 3 { heads.append(test.head(stream)) }
                test.log.close()
            }
            #expect(try LogVerifier.verify(volume: volume).damages == [])
        }
        // The incarnations are drawn from equal seeds.
        #expect(heads[0] == heads[1] && heads[1] == heads[2])
    }

    @Test("what does not get smaller is stored as it is")
    func incompressible() throws {
        let random = SeededRandom(seed: 5)
        let noise = (0..<20_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let test = try Self.open(MemoryVolume())
        let stream = try test.create("s", [noise], encoding: .zstd)
        try test.log.settle()
        #expect(stream.withLock { $0.runs[0].encoding } == .none)
        #expect(try test.bytes(of: stream) == noise)
        test.log.close()
    }
}
