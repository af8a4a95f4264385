import Testing
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStore

/// The store's streams share the log with everybody's and are not seen among them.
@Suite struct ReservedStreamTests {
    @Test("The store's streams are not listed, found, counted or limited with others")
    func theStoresStreamsAreHidden() throws {
        let volume = MemoryVolume()
        let test = try TestStore(volume)
        _ = try test.log.createStream("a")
        try test.put(["k": "v"])
        for _ in 0..<2 {
            #expect(try test.log.streams().map(\.name) == ["a"])
            #expect(try test.log.streams(after: "\0store/a").map(\.name) == ["a"])
            #expect(try test.log.stream(named: StoreStream.batchesName) == nil)
            #expect(test.log.namespace.count == 1)
            #expect(throws: LogError.alreadyExists) {
                try test.log.createStream("\0store/other")
            }
            try test.log.settle()
        }
        test.close()
        let log = try EventLog.open(
            volume: volume, options: StoreOptions.small.log, clock: ManualClock(),
            random: SeededRandom(seed: 2), fold: nil)
        #expect(log.namespace.count == 1)
        #expect(log.openedBytes == 0)
        #expect(try log.streams().map(\.name) == ["a"])
        log.close()
    }
}
