import Testing
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite struct VerifyTests {
    @Test func aLogWithManyShapesOfRecordsVerifiesAndReportsItsHeads() throws {
        let volume = MemoryVolume()
        let test = try TestLog(volume)
        let one = try test.create("one", [pattern(10)])
        let large = try test.create("large")
        try test.append([pattern(700_000), [], pattern(3)], to: large, separator: 44)
        try test.append([pattern(1), pattern(2)], to: one, closes: true)
        let gone = try test.create("gone", [pattern(5)])
        try test.delete(gone)
        #expect(try test.log.verify(large).hash == test.head(large))
        test.log.close()

        let report = try LogVerifier.verify(volume: volume)
        #expect(report.damages == [])
        #expect(report.streams.map(\.name) == ["one", "large"])
        #expect(report.streams.map(\.head) == [test.head(one), test.head(large)])
        #expect(report.streams.map(\.records) == [3, 3])
        #expect(report.streams.map(\.isClosed) == [true, false])
        #expect(report.streams.map(\.isIntact) == [true, true])
        #expect(report.durableMark == report.lastLSN)

        var items: [String] = []
        try LogInspector.inspect(volume: volume) { items.append($0.text) }
        #expect(items.contains { $0.contains("mark: synced through \(report.lastLSN)") })
    }
}
