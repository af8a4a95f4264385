import Testing
import VarveIndex
import VarveLog
import VarvePlatform
import VarveStorage

@testable import VarveStore

/// A store in a directory: what another program embeds.
@Suite struct StoreDirectoryTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = "/tmp/varve-store-\(Machine.processIdentifier)-\(SystemRandom().next())"
        defer { Self.remove(path) }
        try File.makeDirectory(path)
        try body(path)
    }

    private static func remove(_ path: String) {
        for name in (try? File.list(path)) ?? [] {
            if File.isDirectory("\(path)/\(name)") {
                remove("\(path)/\(name)")
            } else {
                try? File.remove("\(path)/\(name)")
            }
        }
        try? File.removeDirectory(path)
    }

    private func scan(_ store: Store) throws -> String {
        try TestStore.text(of: try store.rangeScan())
    }

    @Test("A store in a directory keeps everything over restarts, its index lost or not")
    func aStoreInADirectoryKeepsEverything() throws {
        try withDirectory { directory in
            let path = "\(directory)/data"
            var store = try Store.open(directory: path)
            #expect(try store.putBatch([StoreEntry("a", "1"), StoreEntry("b", "2")]) == 1)
            #expect(try store.deleteBatch([Array("b".utf8)]) == 2)
            store.close()
            #expect(throws: StoreError.log(.closed)) { try store.get([]) }
            store = try Store.open(directory: path)
            #expect(store.currentSequence == 2)
            #expect(try scan(store) == "a=1")
            store.close()
            Self.remove("\(path)/index")
            store = try Store.open(directory: path)
            #expect(try scan(store) == "a=1")
            #expect(try store.putBatch([StoreEntry("c", "3")]) == 3)
            store.close()
        }
    }

    @Test("In a log that does not sync, the index on disk has no batch that the disk may lose")
    func theIndexOnDiskIsNeverAheadOfTheSyncedLog() throws {
        try withDirectory { directory in
            var options = StoreOptions.small
            options.log.durability = .os
            options.log.fileBytes = 16 << 20
            options.writeBufferBytes = 64 << 10
            options.ingestEntriesMin = 50
            let store = try Store.open(directory: directory, options: options)
            defer { store.close() }
            let look = {
                let reader = RocksIndexSource(rootDirectory: directory)
                // Files may go away while it opens them.
                guard let index = try? reader.openReadOnly(Format.indexDirectory),
                    let marker = try? StoreIndex.marker(in: index)
                else { return UInt64(0) }
                let synced = store.applier.batches.durableTail(at: store.log.synced)
                #expect(marker.batchPlace <= synced)
                return marker.batchPlace.record
            }
            var most: UInt64 = 0
            for round in 1...630 {
                let count = round % 100 == 0 ? 60 : 1
                let value = [UInt8](repeating: 0x61, count: 1 << 10)
                let entries = (0..<count).map {
                    StoreEntry(key: Array("\(round)/\($0 + 100)".utf8), value: value)
                }
                _ = try store.putBatch(entries)
                if round % 10 == 0 { most = max(most, look()) }
            }
            #expect(most > 0)
            #expect(store.log.synced < store.log.durable)
        }
    }

    @Test("A backup has the index, also of batches that the log has dropped")
    func aBackupHasTheIndex() throws {
        try withDirectory { directory in
            let store = try Store.open(directory: "\(directory)/data")
            for index in 1...20 {
                _ = try store.putBatch([StoreEntry("k\(index % 3)", "\(index)")])
            }
            #expect(try store.pruneBatchLog(below: 15) == 14)
            _ = try store.log.backup(to: "\(directory)/open")
            _ = try store.putBatch([StoreEntry("k0", "later")])
            store.close()
            try LogBackup.copy(
                directory: "\(directory)/data", to: "\(directory)/closed", wallMilliseconds: 1)
            for (name, last) in [("open", "18"), ("closed", "later")] {
                try LogBackup.restore(
                    from: "\(directory)/\(name)", to: "\(directory)/\(name)-restored")
                let restored = try Store.open(directory: "\(directory)/\(name)-restored")
                #expect(try scan(restored) == "k0=\(last) k1=19 k2=20")
                #expect(restored.oldestRetainedBatch == 15)
                restored.close()
            }
        }
    }

    @Test("The index of an encrypted store is in memory, made again at every opening")
    func anEncryptedStoreHasItsIndexInMemory() throws {
        try withDirectory { directory in
            let key = EncryptionKey([UInt8](repeating: 7, count: 32))
            var store = try Store.open(directory: directory, key: key)
            _ = try store.putBatch([StoreEntry("a", "1")])
            #expect(throws: StoreError.self) { try store.pruneBatchLog(below: 2) }
            store.close()
            #expect(!File.exists("\(directory)/index"))
            store = try Store.open(directory: directory, key: key)
            #expect(try scan(store) == "a=1")
            store.close()
        }
    }
}
