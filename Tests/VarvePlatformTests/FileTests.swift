import Glibc
import Testing
import VarvePlatform

@Suite struct FileTests {
    @Test("a descriptor is closed when forgotten, and not when released")
    func ownership() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("f")
        let kept = try File.open(path, access: .readWrite, create: .exclusive).release()
        defer { close(kept) }
        #expect(fcntl(kept, F_GETFD) == FD_CLOEXEC)
        let closed = try closedDescriptor(path)
        let isOpen = (try? File.list("/proc/self/fd").contains("\(closed)")) ?? true
        // Another thread may have been given the number since; it cannot be this file then.
        #expect(!isOpen || File.identity(closed) != File.identity(path))
    }

    /// The number of a descriptor that was closed by going out of scope.
    private func closedDescriptor(_ path: String) throws -> Int32 {
        let descriptor = try File.open(path)
        return descriptor.raw
    }

    @Test("an error names the call, the path and the reason")
    func errors() {
        let error = #expect(throws: SystemError.self) { try missing() }
        #expect(error == SystemError(call: "open", code: ENOENT, path: "/nowhere/file"))
        #expect(error?.description == "open /nowhere/file: No such file or directory (ENOENT)")
        #expect(
            SystemError(call: "fsync", code: 5).description == "fsync: Input/output error (EIO)")
        #expect(SystemError(call: "x", code: 99_999).description == "x: error 99999")
    }

    private func missing() throws {
        _ = try File.open("/nowhere/file")
    }

    @Test("opening makes a file only as it was told to")
    func createModes() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("f")
        #expect(code { _ = try File.open(path, create: .never) } == ENOENT)
        #expect(code { _ = try File.open(path, access: .readWrite, create: .exclusive) } == nil)
        #expect(code { _ = try File.open(path, access: .readWrite, create: .exclusive) } == EEXIST)
        #expect(code { _ = try File.open(path, access: .readWrite, create: .ifMissing) } == nil)
    }

    /// The error number that `body` throws.
    private func code(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SystemError)?.code
        }
    }

    @Test("what is synced can be forgotten by the system, and is read from the disk afterwards")
    func cache() throws {
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("f"), access: .readWrite, create: .exclusive)
        #expect(try FileCache.cachedBytes(file.raw) == 0)
        let bytes = (0..<1_000_001).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try bytes.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
        #expect(try FileCache.cachedBytes(file.raw) >= UInt64(bytes.count))
        try File.synchronize(file.raw)
        try FileCache.drop(file.raw)
        var read = [UInt8](repeating: 0, count: bytes.count)
        // A file system in memory keeps everything.
        if try FileCache.cachedBytes(file.raw) == 0 {
            #expect(
                try read.withUnsafeMutableBytes {
                    try File.readNoWait(file.raw, at: 0, into: $0)
                } == nil)
        }
        let count = try read.withUnsafeMutableBytes { try File.read(file.raw, at: 0, into: $0) }
        #expect(count == bytes.count)
        #expect(read == bytes)
    }

    @Test("what is written is read; a read is short only at the end")
    func readAndWrite() throws {
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("f"), access: .readWrite, create: .exclusive)
        try [1, 2, 3, 4, 5].withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            try File.write(file.raw, UnsafeRawBufferPointer(rebasing: bytes[..<5]), at: 3)
        }
        #expect(try File.size(file.raw) == 8)
        var buffer = [UInt8](repeating: 0xee, count: 20)
        let count = try buffer.withUnsafeMutableBytes {
            try File.read(file.raw, at: 1, into: $0)
        }
        #expect(count == 7)
        #expect(Array(buffer[..<7]) == [0, 0] + littleEndian(1, 5))
        #expect(try buffer.withUnsafeMutableBytes { try File.read(file.raw, at: 8, into: $0) } == 0)
        #expect(
            try File.read(
                file.raw, at: 0, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
                == 0)
        try File.truncate(file.raw, to: 4)
        #expect(try File.size(file.raw) == 4)
        try File.synchronizeData(file.raw)
        try File.synchronize(file.raw)
    }

    /// The first bytes of an Int in memory.
    private func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(count)) }
    }

    @Test("cached bytes are read without waiting")
    func readNoWait() throws {
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("f"), access: .readWrite, create: .exclusive)
        let data = [UInt8](repeating: 7, count: 5000)
        try data.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
        var buffer = [UInt8](repeating: 0, count: 5000)
        let count = try buffer.withUnsafeMutableBytes {
            try File.readNoWait(file.raw, at: 0, into: $0)
        }
        // Nil is allowed: the file system may not be able to tell.
        if count == 5000 { #expect(buffer == data) }
    }

    @Test("any number of vectors is written, empty ones and more than the kernel takes included")
    func vectors() throws {
        let directory = try TemporaryDirectory()
        let file = try File.open(directory.path("f"), access: .readWrite, create: .exclusive)
        let data = (0..<6000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try data.withUnsafeBytes { all in
            // 2500 vectors of 0 to 4 bytes behind one another.
            var position = 0
            var vectors: [IOVector] = []
            for index in 0..<2500 {
                let end = min(position + index % 5, all.count)
                vectors.append(IOVector(UnsafeRawBufferPointer(rebasing: all[position..<end])))
                position = end
            }
            try vectors.withUnsafeBufferPointer { try File.write(file.raw, $0, at: 10) }
            #expect(try File.size(file.raw) == UInt64(position) + 10)
            try [IOVector]().withUnsafeBufferPointer { try File.write(file.raw, $0, at: 0) }
        }
        #expect(try Array(readFile(directory.path("f"))[10...]) == Array(data[..<5000]))
    }

    @Test("one descriptor's lock keeps others out until it is closed")
    func locks() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("LOCK")
        let first = try File.open(path, access: .readWrite, create: .exclusive)
        #expect(try File.lockExclusive(first.raw))
        let second = try File.open(path, access: .readWrite)
        #expect(try !File.lockExclusive(second.raw))
        #expect(try !File.lockShared(second.raw))
        close(first.release())
        // A child process that another test starts has a duplicate for a moment.
        let clock = SystemClock()
        let end = clock.monotonicNanoseconds() + 300_000_000_000
        while try !File.lockShared(second.raw), clock.monotonicNanoseconds() < end { sched_yield() }
        #expect(try File.lockShared(second.raw))
        let third = try File.open(path)
        #expect(try File.lockShared(third.raw))
        #expect(try !File.lockExclusive(third.raw))
    }

    @Test("directories are made with their parents, listed in order, and synchronised")
    func directories() throws {
        let directory = try TemporaryDirectory()
        try File.makeDirectory(directory.path("a/b/c"))
        try File.makeDirectory(directory.path("a/b/c"))
        for name in ["z", "y", "x"] {
            _ = try File.open(directory.path("a/b/\(name)"), access: .readWrite, create: .exclusive)
        }
        #expect(try File.list(directory.path("a/b")) == ["c", "x", "y", "z"])
        try File.rename(directory.path("a/b/z"), to: directory.path("a/b/w"))
        try File.remove(directory.path("a/b/x"))
        try File.synchronizeDirectory(directory.path("a/b"))
        #expect(try File.list(directory.path("a/b")) == ["c", "w", "y"])
        #expect(code { try File.remove(directory.path("a/b/x")) } == ENOENT)
        #expect(code { try File.makeDirectory(directory.path("a/b/w")) } == EEXIST)
        #expect(code { try File.makeDirectory(directory.path("a/b/w/v")) } == ENOTDIR)
        #expect(code { try File.synchronizeDirectory(directory.path("q")) } == ENOENT)
        #expect(code { _ = try File.list(directory.path("q")) } == ENOENT)
        #expect(File.exists(directory.path("a")) && !File.exists(directory.path("q")))
        #expect(File.isDirectory(directory.path("a")) && !File.isDirectory(directory.path("a/b/w")))
    }

    @Test(
        "the directory of a path",
        arguments: [("a/b", "a"), ("/a", "/"), ("/a/b", "/a"), ("a", nil)] as [(String, String?)])
    func parents(path: String, expected: String?) {
        #expect(File.parent(of: path) == expected)
    }
}
