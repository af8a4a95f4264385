import Synchronization
import Testing
import VarveBytes
import VarveIndex
import VarvePlatform
import VarveSimulation
import VarveStorage

@testable import VarveLog

@Suite("Backup and restore")
struct BackupTests {
    /// What a directory holds, read as a log.
    private func contents(_ path: String, names: [String]) throws -> [String: [UInt8]] {
        let test = try TestLog(FileVolume(rootDirectory: path), options: .small, seed: 7)
        defer { test.log.close() }
        var result: [String: [UInt8]] = [:]
        for name in names {
            let stream = try #require(test.find(name))
            result[name] = try test.bytes(of: stream)
            #expect(try test.log.verify(stream).hash == test.head(stream))
        }
        return result
    }

    @Test("a stopped log is copied, and restored as it was; nothing of it changes")
    func offline() throws {
        let log = try RepairedLog()
        let place = try ScratchDirectory()
        defer { place.remove() }
        let before = try log.files()
        let backup = "\(place.path)/backup"
        let made = try LogBackup.copy(
            directory: log.path, to: backup, wallMilliseconds: 5)
        #expect(made.damageCount == 0 && made.streamCount == 4 && made.wallMilliseconds == 5)
        #expect(try log.files() == before)
        #expect(try LogBackup.manifest(of: backup) == made)
        let target = "\(place.path)/restored"
        var steps: [UInt64] = []
        let restored = try LogBackup.restore(from: backup, to: target) { done, total in
            steps.append(done)
            if done > total { steps.append(0) }
        }
        #expect(restored == made)
        #expect(steps == steps.sorted() && !steps.isEmpty)
        #expect(try contents(target, names: Array(log.contents.keys)) == log.contents)
        // The restored log was written to; the backup was not.
        #expect(try LogBackup.restore(from: backup, to: "\(place.path)/again") == made)
    }

    @Test("under writing and settling, everything acknowledged before is in the copy")
    func beside() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        var options = LogOptions.small
        options.fileBytes = 512 << 10
        options.settleBytes = 64 << 10
        options.settlesWhenClosed = true
        let test = try TestLog(
            FileVolume(rootDirectory: "\(scratch.path)/data"), options: options)
        let names = ["a", "b", "c"]
        for name in names { try test.create(name) }
        let isEnding = Atomic<Bool>(false)
        let acknowledged = Atomic<Int>(0)
        let writer = try NamedThread.start(name: "writer") {
            var round = 0
            while !isEnding.load(ordering: .relaxed) {
                for name in names {
                    guard let stream = test.find(name) else { return }
                    // Refusals of a moment, while files are prepared, are no acknowledgement.
                    if (try? test.append([pattern(3000, seed: round)], to: stream)) == nil {
                        continue
                    }
                }
                round += 1
                acknowledged.store(round, ordering: .releasing)
            }
        }
        var known: [[String: UInt64]] = []
        for index in 0..<4 {
            while acknowledged.load(ordering: .acquiring) < 20 * (index + 1) {}
            var tails: [String: UInt64] = [:]
            for name in names {
                let stream = try #require(test.find(name))
                tails[name] = stream.withLock { $0.durableTail(at: test.log.durable).byte }
            }
            known.append(tails)
            let made = try test.log.backup(to: "\(scratch.path)/backup\(index)")
            #expect(made.damageCount == 0)
        }
        isEnding.store(true, ordering: .relaxed)
        writer.join()
        test.log.close()
        let all = try contents("\(scratch.path)/data", names: names)
        for index in 0..<4 {
            let target = "\(scratch.path)/restored\(index)"
            try LogBackup.restore(from: "\(scratch.path)/backup\(index)", to: target)
            for (name, bytes) in try contents(target, names: names) {
                #expect(UInt64(bytes.count) >= known[index][name] ?? 0, "\(name) of \(index)")
                #expect(all[name]?.starts(with: bytes) == true)
            }
        }
    }

    @Test("behind a change that the catalog could not take, what to do is said, and then it works")
    func halfChangedCatalog() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let (data, backup) = ("\(scratch.path)/data", "\(scratch.path)/backup")
        let indexes = SimulatedIndexSource()
        let test = try TestLog(FileVolume(rootDirectory: data), indexes: indexes)
        let stream = try test.create("a", [pattern(500)])
        try test.log.settle()
        try test.append([pattern(70, seed: 1)], to: stream)
        indexes.fail(with: .outOfSpace(directory: "catalog"))
        let refusal = LogError.catalogFailed(
            cause: LogError.outOfSpace(path: "catalog").description)
        #expect(refusal.description.contains("until the log is opened again"))
        #expect(throws: refusal) { try test.log.settle() }
        // There is space again; what was begun cannot be gone on with.
        indexes.fail(with: nil)
        #expect(throws: refusal) { try test.log.settle() }
        #expect(throws: refusal) { try test.log.compact() }
        #expect(throws: refusal) { try test.log.backup(to: backup) }
        #expect(!File.exists(backup))
        try test.append([pattern(7, seed: 2)], to: stream)
        let all = try test.bytes(of: stream)
        test.log.close()
        let again = try TestLog(FileVolume(rootDirectory: data), seed: 2)
        _ = try again.log.backup(to: backup)
        again.log.close()
        try LogBackup.restore(from: backup, to: "\(scratch.path)/restored")
        #expect(try contents("\(scratch.path)/restored", names: ["a"]) == ["a": all])
    }

    @Test("what a crash in the middle of a backup leaves is not restored from")
    func incomplete() throws {
        let log = try RepairedLog()
        let place = try ScratchDirectory()
        defer { place.remove() }
        let backup = "\(place.path)/backup"
        let target = "\(place.path)/restored"
        try LogBackup.copy(directory: log.path, to: backup, wallMilliseconds: 0)
        let manifest = try bytes("\(backup)/BACKUP")
        // The manifest is the last thing written; every part of it is not all of it.
        for count in stride(from: 0, to: manifest.count, by: 37) {
            try write(Array(manifest[..<count]), to: "\(backup)/BACKUP")
            #expect(throws: LogError.self) { try LogBackup.restore(from: backup, to: target) }
        }
        try File.remove("\(backup)/BACKUP")
        #expect(throws: LogError.missingFile(path: "\(backup)/BACKUP")) {
            try LogBackup.restore(from: backup, to: target)
        }
        #expect(!File.exists(target))
        // The next one to the same place says what is in its way.
        #expect {
            try LogBackup.copy(directory: log.path, to: backup, wallMilliseconds: 0)
        } throws: { "\($0)".hasSuffix("if a backup was broken off there, remove the directory") }
        try write(manifest, to: "\(backup)/BACKUP")
        #expect {
            try LogBackup.copy(directory: log.path, to: backup, wallMilliseconds: 0)
        } throws: { "\($0)".hasSuffix(": exists already, a complete backup") }
        #expect {
            try LogBackup.copy(directory: log.path, to: log.path, wallMilliseconds: 0)
        } throws: { "\($0)".hasSuffix(": exists already") }
    }

    @Test("every change of a backup is refused with the file's name, and no target is made")
    func changed() throws {
        let log = try RepairedLog()
        let place = try ScratchDirectory()
        defer { place.remove() }
        let backup = "\(place.path)/backup"
        let target = "\(place.path)/restored"
        let made = try LogBackup.copy(
            directory: log.path, to: backup, wallMilliseconds: 0)
        for entry in made.entries where entry.bytes > 0 {
            // Segments are shared with the log by links: a copy is what is changed.
            let path = "\(backup)/\(entry.path)"
            let good = try bytes(path)
            var bad = good
            bad[bad.count / 2] ^= 1
            try File.remove(path)
            try write(bad, to: path)
            #expect {
                try LogBackup.restore(from: backup, to: target)
            } throws: { "\($0)".contains(entry.path) }
            try File.remove(path)
            #expect(throws: LogError.missingFile(path: path)) {
                try LogBackup.restore(from: backup, to: target)
            }
            try write(good, to: path)
        }
        try write([1], to: "\(backup)/journal/more")
        #expect(throws: LogError.foreignFile(path: "\(backup)/journal/more")) {
            try LogBackup.restore(from: backup, to: target)
        }
        try File.remove("\(backup)/journal/more")
        #expect(try File.list(place.path) == ["backup"])
        try LogBackup.restore(from: backup, to: target)
        // What is there is not written over.
        #expect(throws: LogError.self) { try LogBackup.restore(from: backup, to: target) }
        #expect(throws: LogError.self) {
            try LogBackup.copy(directory: log.path, to: target, wallMilliseconds: 0)
        }
    }

    @Test(
        "a manifest leads nowhere else",
        arguments: [
            "../x", "journal/../../x", "/etc/passwd", "keys/signing.pem", "journal", "a/b/c", "",
        ])
    func paths(path: String) throws {
        var line = JSONLine()
        line.add("path", path)
        line.add("bytes", "1")
        line.add("sha256", SHA256Digest().hex)
        var manifest = BackupManifest()
        manifest.lastLSN = 3
        let lines = manifest.encoded.split(separator: "\n")
        let text = "\(lines[0])\n\(line.rendered)\n{\"files\":\"1\"}\n"
        #expect(throws: LogError.self) {
            try BackupManifest(decoding: Array(text.utf8), in: "BACKUP")
        }
        let whole = try BackupManifest(decoding: Array(manifest.encoded.utf8), in: "BACKUP")
        #expect(whole == manifest)
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        let file = try File.open(path)
        var bytes = [UInt8](repeating: 0, count: Int(try File.size(file.raw)))
        _ = try bytes.withUnsafeMutableBytes { try File.read(file.raw, at: 0, into: $0) }
        return bytes
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try File.open(path, access: .readWrite, create: .ifMissing)
        try File.truncate(file.raw, to: 0)
        try bytes.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
    }
}
