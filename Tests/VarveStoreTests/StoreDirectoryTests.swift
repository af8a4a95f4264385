import Testing
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
