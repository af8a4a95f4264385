import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct AppendTests {
    private let volume = MemoryVolume()

    @Test func aWrongExpectedOffsetOrHashIsRefusedAndNothingIsWritten() throws {
        let log = try TestLog(volume).log
        let stream = try log.createStream("s")
        let first = try log.append([pattern(5)], to: stream, expecting: .start)
        let next = log.journal.next
        #expect(throws: LogError.wrongOffset(expected: .start, actual: first.nextOffset)) {
            try log.append([pattern(6)], to: stream, expecting: .start)
        }
        #expect(
            throws: LogError.wrongHash(expected: ChainHash(), actual: first.chainHash)
        ) {
            try log.append(
                [pattern(6)], to: stream, expecting: first.nextOffset, previous: ChainHash())
        }
        #expect(log.journal.next == next)
        let second = try log.append(
            [pattern(6)], to: stream, expecting: first.nextOffset, previous: first.chainHash)
        #expect(try log.latestChainHash(of: stream) == (second.nextOffset, second.chainHash))
    }

    @Test func anEmptyBatchIsAnErrorAndAnEmptyPayloadIsARecord() throws {
        let log = try TestLog(volume).log
        let stream = try log.createStream("s")
        #expect(throws: LogError.emptyBatch) { try log.append([], to: stream) }
        let receipt = try log.append([[], []], to: stream)
        #expect(receipt.nextOffset == StreamPosition(record: 2, byte: 0))
        let page = try log.read(stream)
        #expect(page.records.map(\.payload) == [[], []])
        #expect(try log.read(stream, from: StreamPosition(record: 1, byte: 0)).records.count == 1)
    }

    @Test func theLargestPayloadRoundTripsAndOneMoreByteIsRefusedByTheLimitsName() throws {
        var options = LogOptions.small
        options.recordBytesMax = 300_000
        options.appendBytesMax = 500_000
        let log = try TestLog(volume, options: options).log
        let stream = try log.createStream("s")
        try log.append([pattern(300_000)], to: stream)
        #expect(
            throws: LogError.limitExceeded(name: "record bytes", limit: 300_000, actual: 300_001)
        ) { try log.append([pattern(300_001)], to: stream) }
        #expect(
            throws: LogError.limitExceeded(name: "append bytes", limit: 500_000, actual: 500_001)
        ) { try log.append([pattern(250_001), pattern(250_000)], to: stream) }
        #expect(try log.read(stream, maxBytes: 1).records.map(\.payload) == [pattern(300_000)])
    }

    @Test func anAppendThatNoFileCouldHoldIsRefused() throws {
        let log = try TestLog(volume).log
        let stream = try log.createStream("s")
        let error = #expect(throws: LogError.self) {
            try log.append([pattern(1 << 20)], to: stream)
        }
        #expect(error?.code == "limit-exceeded")
        try log.append([pattern(10)], to: stream)
    }

    @Test func namesAreOneTo1024Bytes() throws {
        let log = try TestLog(volume).log
        for count in [0, 1025] {
            let error = #expect(throws: LogError.self) {
                try log.createStream(String(repeating: "n", count: count))
            }
            #expect(error?.code == "limit-exceeded")
        }
        let name = String(repeating: "n", count: 1024)
        let stream = try log.createStream(name)
        #expect(stream.name == name)
        #expect(throws: LogError.alreadyExists) { try log.createStream(name) }
    }

    @Test func aClosedStreamTakesNothingMoreAndStaysClosedAfterReopening() throws {
        let test = try TestLog(volume)
        let stream = try test.log.createStream("s")
        try test.append([pattern(3)], to: stream, closes: true)
        try test.log.closeStream(stream)
        #expect(throws: LogError.streamClosed) { try test.log.append([pattern(1)], to: stream) }
        // What belongs to the layer above may still be written.
        try test.append([], to: stream, annotation: pattern(4))
        test.log.close()
        let again = try TestLog(volume, seed: 2)
        let found = try #require(again.find("s"))
        #expect(throws: LogError.streamClosed) { try again.log.append([pattern(1)], to: found) }
        #expect(again.head(found) == test.head(stream))
        #expect(try again.log.read(found).records.map(\.kind) == [.data, .close])
        #expect(try again.log.verify(found).hash == test.head(stream))
    }

    @Test func aDeletedStreamNeverComesBackAndItsNameIsFreeAtOnce() throws {
        let test = try TestLog(volume)
        let old = try test.create("s", [pattern(9)])
        let lsn = try test.delete(old)
        #expect(test.find("s") == nil)
        #expect(test.log.namespace.lastDeletion == lsn)
        #expect(throws: LogError.unknownStream) { try test.log.append([pattern(1)], to: old) }
        let new = try test.create("s", [pattern(2)])
        #expect(new.incarnation != old.incarnation)
        try test.log.waitUntilDurable(new.withLock { $0.lastLSN })
        #expect(throws: LogError.unknownStream) { try test.log.read(old) }
        test.log.abandon()
        let again = try TestLog(volume, seed: 2)
        let found = try #require(again.find("s"))
        #expect(found.id == new.id)
        #expect(try again.bytes(of: found) == pattern(2))
        try again.delete(found)
        again.log.close()
        #expect(try TestLog(volume, seed: 3).find("s") == nil)
    }

    @Test func aClosedLogRefusesEverythingAndWaitersAreTold() throws {
        let test = try TestLog(volume)
        let stream = try test.create("s")
        test.log.close()
        test.log.close()
        #expect(throws: LogError.closed) { try test.log.append([pattern(1)], to: stream) }
        #expect(throws: LogError.closed) { try test.log.waitUntilDurable(LSN(99)) }
    }

    @Test func separatorsCountInPositionsAndNotInTheChain() throws {
        let random = SeededRandom(seed: 5)
        let plain = try TestLog(MemoryVolume(), seed: 5)
        let separated = try TestLog(volume, seed: 5)
        _ = random
        let one = try plain.create("s")
        let two = try separated.create("s")
        #expect(one.incarnation == two.incarnation)
        try plain.append([pattern(3), pattern(4)], to: one)
        try separated.append([pattern(3), pattern(4)], to: two, separator: 44)
        #expect(plain.head(one) == separated.head(two))
        #expect(separated.tail(two) == StreamPosition(record: 2, byte: 9))
        #expect(try separated.bytes(of: two) == pattern(3) + [44] + pattern(4) + [44])
        #expect(try separated.log.read(two).records.map(\.payload) == [pattern(3), pattern(4)])
    }

    @Test func frameTimesNeverGoBack() throws {
        let test = try TestLog(volume)
        let stream = try test.create("s")
        try test.stage([pattern(1)], to: stream, wall: 5000)
        let lsn = try test.stage([pattern(1)], to: stream, wall: 4000)
        try test.log.waitUntilDurable(lsn)
        test.log.abandon()
        let times = try VolumeImage(of: volume).frames().map(\.header.wallMilliseconds)
        #expect(times == [1, 5000, 5000])
        let again = try TestLog(volume, seed: 2)
        let found = try #require(again.find("s"))
        try again.append([pattern(1)], to: found)
        again.log.close()
        #expect(try VolumeImage(of: volume).frames().last?.header.wallMilliseconds == 5000)
    }

    @Test func theFoldIsToldEveryMutationInOrderAndNothingElse() throws {
        // @unchecked Sendable: only the thread that opens the log calls it.
        final class Recorder: LogFold, @unchecked Sendable {
            var lines: [String] = []
            func save(_: LogStream, _: SavedState.Scope) throws(LogError) -> SavedState {
                SavedState(core: [], entries: [])
            }
            func forgetChanges(of _: LogStream) {}
            func restore(_: SavedState, to stream: LogStream) throws(LogError) {
                stream.attach(self)
            }
            func apply(_ mutation: borrowing ReplayedMutation) throws(LogError) {
                lines.append(
                    "\(mutation.lsn) \(mutation.kind) \(mutation.stream.name) "
                        + "\(Array(mutation.annotation)) \(mutation.start.record)-"
                        + "\(mutation.end.record) \(mutation.closes)")
                if mutation.kind == .create { mutation.stream.attach(self) }
            }
        }
        let test = try TestLog(volume)
        let stream = try test.create("a", [pattern(1)], annotation: [1])
        let other = try test.create("b")
        try test.append([pattern(600_000)], to: stream, annotation: [2])
        try test.append([pattern(1)], to: stream, annotation: [3], closes: true)
        try test.delete(other)
        test.log.close()
        let recorder = Recorder()
        let again = try TestLog(volume, seed: 2, fold: recorder)
        #expect(
            recorder.lines == [
                "1 create a [1] 0-1 false", "2 create b [] 0-0 false",
                "5 append a [2] 1-2 false", "6 append a [3] 2-3 true", "7 delete b [] 0-0 false",
            ])
        #expect(again.find("a")?.attachment === recorder)
    }
}
