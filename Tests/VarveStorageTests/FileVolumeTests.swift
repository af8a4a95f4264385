import Glibc
import Testing
import VarvePlatform
import VarveStorage

/// What only a volume on disk can show.
@Suite struct FileVolumeTests {
    @Test("the error of a second opener names the first one's process and the directory")
    func lockedByAnother() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let lock = try FileVolume(rootDirectory: directory).lock(.exclusive)
        let before = try contents(of: directory)
        #expect(before["\(directory)/LOCK"] == Array("\(getpid())\n".utf8))
        let second = try FileVolume(rootDirectory: directory)
        let error = #expect(throws: StorageError.self) { try second.lock(.exclusive) }
        #expect(error == .locked(directory: directory, pid: getpid()))
        #expect(error?.description == "\(directory): in use by process \(getpid())")
        #expect(throws: StorageError.locked(directory: directory, pid: getpid())) {
            try second.lock(.shared)
        }
        #expect(try contents(of: directory) == before)
        lock.release()
        try second.lock(.exclusive).release()
    }

    @Test("a lock ends with its process, however that ends")
    func lockOfAKilledProcess() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try FileVolume(rootDirectory: directory).lock(.exclusive).release()
        // Without -F the child would hand the lock on to a child of its own.
        var pipe = try ChildProcess.pipe()
        let child = try ChildProcess(
            "flock",
            arguments: ["-F", "\(directory)/LOCK", "sh", "-c", "echo held; exec sleep 1000"],
            output: pipe.writing)
        pipe.closeWriting()
        var word = [UInt8](repeating: 0, count: 5)
        #expect(try word.withUnsafeMutableBytes { try pipe.read(into: $0) } == 5)
        let volume = try FileVolume(rootDirectory: directory)
        #expect(failure { _ = try volume.lock(.exclusive) } == "locked \(getpid())")
        child.kill()
        #expect(try child.wait() == .signalled(SIGKILL))
        try volume.lock(.exclusive).release()
    }

    @Test("abandoning a lock leaves the directory as it was", arguments: [true, false])
    func abandon(hasOldFile: Bool) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        if hasOldFile { try writeFile("\(directory)/LOCK", Array("123456789\n".utf8)) }
        let before = try contents(of: directory)
        let volume = try FileVolume(rootDirectory: directory)
        let lock = try volume.lock(.exclusive)
        #expect(try readFile("\(directory)/LOCK") == Array("\(getpid())\n".utf8))
        lock.abandon()
        #expect(try contents(of: directory) == before)
        try volume.lock(.exclusive).release()
    }

    @Test("a shared lock writes nothing, with a lock file and without", arguments: [true, false])
    func sharedLockWritesNothing(hasFile: Bool) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        if hasFile { try writeFile("\(directory)/LOCK", Array("77\n".utf8)) }
        let before = try contents(of: directory)
        let volume = try FileVolume(rootDirectory: directory, access: .readOnly)
        let lock = try volume.lock(.shared)
        #expect(try contents(of: directory) == before)
        lock.release()
        #expect(try contents(of: directory) == before)
    }

    @Test("a read-only volume refuses whatever would change the disk")
    func readOnly() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try writeFile("\(directory)/f", [1, 2])
        let before = try contents(of: directory)
        let volume = try FileVolume(rootDirectory: directory, access: .readOnly)
        let file = try volume.open("f", create: .never)
        #expect(try file.allBytes() == [1, 2])
        let attempts: [() throws -> Void] = [
            { try file.append([3]) }, { try file.write([[3]], at: 0) },
            { try file.truncate(to: 0) },
            { try file.sync() }, { _ = try volume.open("g", create: .ifMissing) },
            { try volume.remove("f") }, { try volume.rename("f", to: "g") },
            { try volume.makeDirectory("d") }, { try volume.syncDirectory("") },
            { _ = try volume.lock(.exclusive) },
        ]
        for attempt in attempts { #expect(failure(attempt) == "readOnly") }
        #expect(try contents(of: directory) == before)
    }

    @Test("a file in use gives its descriptor, with every byte where the backend has it")
    func descriptor() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let volume = try FileVolume(rootDirectory: directory)
        let backend = try volume.open("f", create: .exclusive)
        try backend.append([1, 2, 3, 4])
        let descriptor = try #require(backend as? any DescriptorBackend).descriptor
        var bytes = [UInt8](repeating: 0, count: 2)
        let count = try bytes.withUnsafeMutableBytes {
            try File.read(descriptor, at: 1, into: $0)
        }
        #expect(count == 2)
        #expect(bytes == [2, 3])
        #expect(try !(MemoryVolume().open("f", create: .exclusive) is any DescriptorBackend))
    }

    @Test(
        "space is taken in advance without a change, and missing space is told at once",
        arguments: [true, false])
    func reserve(isEncrypted: Bool) throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let files = try FileVolume(rootDirectory: directory)
        let key = try #require(EncryptionKey(Array(0..<32)))
        let volume: any Volume = isEncrypted ? EncryptedVolume(files, key: key) : files
        let backend = try volume.open("f", create: .exclusive)
        let reserving = try #require(backend as? any ReservingBackend)
        try reserving.reserve(1 << 20)
        #expect(backend.size == 0)
        try backend.append([1, 2, 3])
        try reserving.reserve(10_000)
        #expect(try backend.allBytes() == [1, 2, 3])
        try backend.append([4])
        #expect(try volume.open("f", create: .never).allBytes() == [1, 2, 3, 4])
        // More than there is, of disk space or of what a file may have; some file systems take
        // nothing in advance, and say nothing.
        let outcome = failure { try reserving.reserve(1 << 60) }
        guard outcome != "nothing" else { return }
        #expect(outcome == "outOfSpace" || outcome == "io fallocate \(EFBIG)")
        #expect(try backend.allBytes() == [1, 2, 3, 4])
        #expect(failure { try backend.append([5]) }.hasPrefix("poisoned"))
    }

    @Test("the root directory is made, with those above it, only when asked for")
    func root() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let root = "\(directory)/a/b"
        #expect(throws: StorageError.notFound(path: root)) {
            try FileVolume(rootDirectory: root, create: .never)
        }
        #expect(throws: StorageError.notFound(path: root)) {
            try FileVolume(rootDirectory: root, access: .readOnly)
        }
        #expect(try contents(of: directory).isEmpty)
        let volume = try FileVolume(rootDirectory: root)
        #expect(try volume.list("") == [])
        #expect(throws: StorageError.alreadyExists(path: root)) {
            try FileVolume(rootDirectory: root, create: .exclusive)
        }
        try writeFile("\(directory)/f", [])
        #expect(throws: StorageError.notADirectory(path: "\(directory)/f")) {
            try FileVolume(rootDirectory: "\(directory)/f")
        }
    }

    @Test("an unreadable directory is an error that names it, and nothing changes")
    func unreadable() async {
        // In a process of its own, which can give up the administrator's right to read everything.
        await #expect(processExitsWith: .success) {
            let directory = try temporaryDirectory()
            let root = "\(directory)/closed"
            try File.makeDirectory(root)
            chmod(directory, 0o755)
            chmod(root, 0)
            if geteuid() == 0 { try #require(seteuid(65_534) == 0) }
            let volume = try FileVolume(rootDirectory: root)
            let listing = StorageError.unreadable(path: root, code: EACCES)
            #expect(throws: listing) { try volume.list("") }
            #expect(listing.description == "\(root): Permission denied (EACCES)")
            let locking = StorageError.unreadable(path: "\(root)/LOCK", code: EACCES)
            #expect(throws: locking) { try volume.lock(.exclusive) }
            if getuid() == 0 { try #require(seteuid(0) == 0) }
            chmod(root, 0o700)
            #expect(try contents(of: root).isEmpty)
            removeTree(directory)
        }
    }

    @Test("what one volume synced another reads")
    func reopen() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let first = try FileVolume(rootDirectory: directory)
        try first.makeDirectory("journal")
        let file = try first.open("journal/1", create: .exclusive)
        try file.append([1, 2, 3])
        try file.sync()
        try first.syncDirectory("journal")
        let second = try FileVolume(rootDirectory: directory)
        #expect(try second.list("journal") == ["1"])
        #expect(try second.open("journal/1", create: .never).allBytes() == [1, 2, 3])
    }

    @Test("things that are no regular files are not opened")
    func irregular() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        try #require(symlink("/dev/null", "\(directory)/device") == 0)
        let volume = try FileVolume(rootDirectory: directory)
        #expect(failure { _ = try volume.open("device", create: .never) } == "notAFile")
    }

    @Test("a file cut by another program is a read past the end, not a silent short read")
    func cutBehindOurBack() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let volume = try FileVolume(rootDirectory: directory)
        let file = try volume.open("f", create: .exclusive)
        try file.append([1, 2, 3, 4])
        try #require(truncate("\(directory)/f", 2) == 0)
        #expect(failure { _ = try file.bytes(at: 1, count: 3) } == "readPastEnd 1 3 2")
    }
}
