import Testing
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct EventLogTests {
    @Test func appendedRecordsAreReadBackAndSurviveReopening() throws {
        let volume = MemoryVolume()
        let first = try TestLog(volume)
        let stream = try first.create("a/b", [pattern(10)])
        try first.append([pattern(300), [], pattern(7)], to: stream)
        let expected = pattern(10) + pattern(300) + pattern(7)
        #expect(try first.bytes(of: stream) == expected)
        #expect(first.tail(stream) == StreamPosition(record: 4, byte: 317))
        let head = first.head(stream)
        first.log.close()

        let second = try TestLog(volume, seed: 2)
        let again = try #require(second.find("a/b"))
        #expect(again.id == stream.id)
        #expect(again.incarnation == stream.incarnation)
        #expect(try second.bytes(of: again) == expected)
        #expect(second.head(again) == head)
        try second.append([pattern(5)], to: again)
        #expect(try second.bytes(of: again) == expected + pattern(5))
        second.log.close()

        let third = try TestLog(volume, seed: 3)
        let last = try #require(third.find("a/b"))
        #expect(try third.bytes(of: last, pageBytes: 1) == expected + pattern(5))
    }
}
