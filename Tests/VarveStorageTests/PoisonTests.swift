import Glibc
import Testing
import VarvePlatform
import VarveStorage

/// What a file backend does after the operating system failed it. The failures are real, so each
/// test runs in a process of its own.
@Suite struct PoisonTests {
    @Test("after a short write the size is what is there, and changes are refused")
    func shortWrite() async {
        await #expect(processExitsWith: .success) {
            let directory = try temporaryDirectory()
            defer { removeTree(directory) }
            let volume = try FileVolume(rootDirectory: directory)
            let file = try volume.open("f", create: .exclusive)
            try file.append([UInt8](repeating: 1, count: 4000))
            limitFileSize(to: 10_000)
            let error = failure { try file.append([UInt8](repeating: 2, count: 16_000)) }
            #expect(error == "io pwrite \(EFBIG)")
            #expect(file.size == 10_000)
            let stored = try file.allBytes()
            #expect(stored == [UInt8](repeating: 1, count: 4000) + Array(repeating: 2, count: 6000))
            let poisoned = "poisoned by io pwrite \(EFBIG)"
            #expect(failure { try file.append([3]) } == poisoned)
            #expect(failure { try file.write([[3]], at: 0) } == poisoned)
            #expect(failure { try file.truncate(to: 0) } == poisoned)
            #expect(failure { try file.flush() } == poisoned)
            #expect(failure { try file.sync() } == poisoned)
            #expect(try file.allBytes() == stored)
            #expect(try volume.open("f", create: .never).size == 10_000)
        }
    }

    @Test("after a vectored write failed the size is what is there, and changes are refused")
    func shortVectoredWrite() async {
        await #expect(processExitsWith: .success) {
            let directory = try temporaryDirectory()
            defer { removeTree(directory) }
            let file = try FileVolume(rootDirectory: directory).open("f", create: .exclusive)
            limitFileSize(to: 10_000)
            let pieces = (0..<8).map { [UInt8](repeating: UInt8($0), count: 3000) }
            #expect(failure { try file.write(pieces, at: 0) }.hasPrefix("io pwrite"))
            #expect(file.size == 10_000)
            #expect(try file.allBytes() == Array(pieces.joined().prefix(10_000)))
            #expect(failure { try file.append([3]) }.hasPrefix("poisoned by io pwrite"))
        }
    }

    @Test("a failed sync poisons, and is never tried again")
    func failedSync() async {
        await #expect(processExitsWith: .success) {
            let directory = try temporaryDirectory()
            defer { removeTree(directory) }
            let volume = try FileVolume(rootDirectory: directory)
            let file = try volume.open("f", create: .exclusive)
            try file.append([1, 2, 3])
            try replaceDescriptor(of: "\(directory)/f")
            #expect(failure { try file.sync() } == "io fdatasync \(EINVAL)")
            let poisoned = "poisoned by io fdatasync \(EINVAL)"
            #expect(failure { try file.sync() } == poisoned)
            #expect(failure { try file.append([4]) } == poisoned)
            #expect(file.size == 3)
            #expect(try volume.open("f", create: .never).append([4]) == 3)
        }
    }
}

/// Makes writes beyond `bytes` of any file fail with EFBIG after a short write.
private func limitFileSize(to bytes: UInt) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

/// Puts a pipe where this process has the file open, so that syncing it fails.
private func replaceDescriptor(of path: String) throws {
    let pipe = try ChildProcess.pipe()
    for name in try File.list("/proc/self/fd") {
        guard let number = Int32(name) else { continue }
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/fd/\(name)", &target, target.count)
        let text = target.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
        if String(decoding: text, as: UTF8.self) == path { dup2(pipe.reading, number) }
    }
}
