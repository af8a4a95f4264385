import Testing
import VarveIndex
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite("The catalog")
struct CatalogTests {
    private let volume = MemoryVolume()
    private let indexes = MemoryIndexSource()

    /// The catalog as it is on disk now.
    private func catalog() throws -> Catalog {
        Catalog(try indexes.openReadOnly(Catalog.indexName))
    }

    /// What the streams of the catalog amount to, counted one by one.
    private func counted(_ catalog: Catalog) throws -> CatalogTotals {
        var totals = CatalogTotals()
        try catalog.forEachStream { totals.note($0.record, after: nil) }
        return totals
    }

    @Test("the forks of a stream are found without loading it, until they are gone")
    func forks() throws {
        let test = try TestLog(volume, indexes: indexes)
        let source = try test.create("source", [pattern(10), pattern(20)])
        let first = try test.fork(source, "first", at: StreamPosition(record: 1, byte: 10))
        let second = try test.fork(source, "second")
        let third = try test.fork(second, "third")
        try test.log.settle()
        let edges = try catalog().forks(of: source.id)
        #expect(edges.map(\.fork) == [first.id, second.id])
        #expect(edges.map(\.position) == [StreamPosition(record: 1, byte: 10), test.tail(source)])
        #expect(try catalog().forks(of: second.id).map(\.fork) == [third.id])
        #expect(try catalog().forks(of: third.id).isEmpty)
        try test.delete(first)
        try test.delete(second)
        try test.log.settle()
        // Retired, and kept by its own fork.
        #expect(try catalog().forks(of: source.id).map(\.fork) == [second.id])
        try test.delete(third)
        try test.log.settle()
        #expect(try catalog().forks(of: source.id).isEmpty)
        #expect(try catalog().forks(of: second.id).isEmpty)
        test.log.close()
    }

    @Test("the totals are those of the streams, after every settling and when all is made again")
    func totals() throws {
        let test = try TestLog(volume, indexes: indexes)
        for round in 0..<6 {
            for index in 0..<20 where index % (round + 1) == 0 {
                let name = "s\(index)"
                let stream = try test.find(name) ?? test.create(name, [pattern(5)])
                try test.append([pattern(index * 3 + round)], to: stream)
                if index % 5 == round % 5 { try test.delete(stream) }
            }
            let source = try test.create("source\(round)", [pattern(100)])
            let fork = try test.fork(source, "fork\(round)")
            try test.append([pattern(7)], to: fork)
            try test.log.settle()
            let catalog = try catalog()
            #expect(try catalog.totals() == counted(catalog))
        }
        let totals = try catalog().totals()
        #expect(totals.streams == UInt64(test.log.namespace.count))
        test.log.close()
        try indexes.destroy(Catalog.indexName)
        try TestLog(volume, indexes: indexes, seed: 2).log.close()
        #expect(try catalog().totals() == totals)
        #expect(try catalog().forks(of: #require(try firstSource())).count == 1)
    }

    private func firstSource() throws -> StreamID? {
        var found: StreamID?
        try catalog().forEachStream { if let origin = $0.record.origin { found = origin.source } }
        return found
    }
}
