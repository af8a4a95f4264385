import Synchronization
import Testing
import VarveIndex
import VarvePlatform
import VarveStorage

@testable import VarveLog

@Suite("A backup beside merging")
struct BackupMergingTests {
    /// A log in plain files whose settling and merging is done by who asks for it.
    private func open(_ path: String, _ workers: WorkerMode = .stepped) throws -> TestLog {
        var options = LogOptions.small
        options.workers = workers
        options.mergesSegments = false
        options.fileBytes = 512 << 10
        return try TestLog(FileVolume(rootDirectory: path), options: options)
    }

    private func restored(_ backup: String, _ name: String) throws -> [UInt8] {
        let target = backup + ".restored"
        try LogBackup.restore(from: backup, to: target)
        let test = try TestLog(FileVolume(rootDirectory: target), options: .small, seed: 7)
        defer { test.log.close() }
        let stream = try #require(test.find(name))
        #expect(try test.log.verify(stream).hash == test.head(stream))
        return try test.bytes(of: stream)
    }

    @Test("segments that wait for a reader and go in the middle of it are not missed")
    func goingSegments() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let test = try open("\(scratch.path)/data")
        let stream = try test.create("a")
        for round in 0..<4 {
            try test.append([pattern(5000, seed: round)], to: stream)
            try test.log.settle()
        }
        // Read from before the merge: its inputs stay in the directory, for nobody else.
        let reader = test.log.pinFiles()
        try test.log.compact()
        #expect(try File.list("\(scratch.path)/data/segments").count == 5)
        let backup = "\(scratch.path)/backup"
        _ = try test.log.backup(to: backup) { done, total in
            // Behind the catalog, with the sizes of the segments known: now they go.
            guard total > done else { return }
            reader.release()
            #expect((try? test.log.settle()) != nil)
        }
        #expect(try File.list("\(scratch.path)/data/segments").count == 1)
        #expect(try File.list("\(backup)/segments").count == 1)
        #expect(try restored(backup, "a") == test.bytes(of: stream))
        test.log.close()
    }

    @Test("what is settled and merged between its steps makes no hole in it")
    func mergesBetweenSteps() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let test = try open("\(scratch.path)/data")
        let stream = try test.create("a", [pattern(5000)])
        try test.log.settle()
        let before = try test.bytes(of: stream)
        var steps = 0
        let backup = "\(scratch.path)/backup"
        _ = try test.log.backup(to: backup) { _, _ in
            steps += 1
            let isDone =
                (try? test.append([pattern(3000, seed: steps)], to: stream)) != nil
                && (try? test.log.compact()) != nil
            #expect(isDone, "step \(steps)")
        }
        #expect(steps > 3)
        let all = try test.bytes(of: stream)
        let copied = try restored(backup, "a")
        #expect(copied.starts(with: before) && all.starts(with: copied))
        test.log.close()
    }

    @Test("backups succeed and verify while another thread appends and merges all the time")
    func besideAThread() throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let test = try open("\(scratch.path)/data", .threads)
        let stream = try test.create("a", [pattern(100)])
        let isEnding = Atomic<Bool>(false)
        let log = test.log
        let writer = try NamedThread.start(name: "writer") {
            while !isEnding.load(ordering: .relaxed) {
                // Refusals of a moment, while files are prepared, change nothing.
                _ = try? test.append([pattern(700)], to: stream)
                _ = try? log.compact()
            }
        }
        defer {
            isEnding.store(true, ordering: .relaxed)
            writer.join()
            log.close()
        }
        for index in 0..<6 {
            let made = try log.backup(to: "\(scratch.path)/backup\(index)")
            #expect(made.damageCount == 0)
        }
    }
}
