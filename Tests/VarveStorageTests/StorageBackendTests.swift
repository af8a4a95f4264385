import Synchronization
import Testing
import VarvePlatform
import VarveStorage

/// What every backend promises, shown on each kind.
@Suite struct StorageBackendTests {
    @Test("an append says where it went and is read there", arguments: VolumeKind.allCases)
    func append(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        #expect(file.size == 0)
        #expect(try file.append([1, 2, 3]) == 0)
        #expect(try file.append([4]) == 3)
        #expect(file.size == 4)
        #expect(try file.allBytes() == [1, 2, 3, 4])
        #expect(try file.bytes(at: 1, count: 2) == [2, 3])
    }

    @Test("an empty append returns the size and changes nothing", arguments: VolumeKind.allCases)
    func emptyAppend(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        #expect(try file.append([]) == 0)
        try file.append([1, 2])
        #expect(try file.append([]) == 2)
        #expect(file.size == 2)
        #expect(try file.append(UnsafeRawBufferPointer(start: nil, count: 0)) == 2)
    }

    @Test(
        "a read past the end is an error that says offset, count and size",
        arguments: VolumeKind.allCases)
    func readPastEnd(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.append([1, 2, 3])
        #expect(failure { _ = try file.bytes(at: 0, count: 4) } == "readPastEnd 0 4 3")
        #expect(failure { _ = try file.bytes(at: 3, count: 1) } == "readPastEnd 3 1 3")
        #expect(failure { _ = try file.bytes(at: 4, count: 0) } == "readPastEnd 4 0 3")
        let far = UInt64.max
        #expect(failure { _ = try file.bytes(at: far, count: 1) } == "readPastEnd \(far) 1 3")
    }

    @Test("reading nothing is allowed up to the end itself", arguments: VolumeKind.allCases)
    func readNothing(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        #expect(try file.bytes(at: 0, count: 0) == [])
        try file.append([1, 2, 3])
        #expect(try file.bytes(at: 3, count: 0) == [])
        try file.read(at: 3, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }

    @Test("a write replaces what is there and may reach beyond", arguments: VolumeKind.allCases)
    func positionalWrite(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.append([0, 0, 0, 0])
        try file.write([[1], [], [2]], at: 1)
        #expect(try file.allBytes() == [0, 1, 2, 0])
        try file.write([[7, 8], [9]], at: 3)
        #expect(try file.allBytes() == [0, 1, 2, 7, 8, 9])
        try file.write([[5]], at: 6)
        #expect(file.size == 7)
        try file.write([], at: 7)
        #expect(file.size == 7)
        #expect(try file.append([6]) == 7)
    }

    @Test("a write that would leave a hole is refused", arguments: VolumeKind.allCases)
    func writePastEnd(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.append([1])
        #expect(failure { try file.write([[2]], at: 2) } == "writePastEnd 2 1")
        #expect(try file.allBytes() == [1])
        #expect(try file.append([3]) == 1)
    }

    @Test("a write of thousands of runs arrives whole", arguments: VolumeKind.allCases)
    func manyVectors(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        let pieces = (0..<3000).map { index in
            [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index % 7 * 11)
        }
        try file.write(pieces, at: 0)
        #expect(try file.allBytes() == Array(pieces.joined()))
    }

    @Test("a large file keeps every byte at its place", arguments: VolumeKind.allCases)
    func large(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        let random = SeededRandom(seed: 1)
        var expected = [UInt8](repeating: 0, count: 300_000)
        expected.withUnsafeMutableBytes { random.fill($0) }
        try file.append(Array(expected[..<65_536]))
        try file.append(Array(expected[65_536...]))
        #expect(try file.allBytes() == expected)
        #expect(try file.bytes(at: 65_530, count: 70_000) == Array(expected[65_530..<135_530]))
    }

    @Test("truncation removes everything behind it", arguments: VolumeKind.allCases)
    func truncate(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.append([UInt8](repeating: 1, count: 100_000))
        try file.truncate(to: 100_000)
        #expect(file.size == 100_000)
        try file.truncate(to: 70_001)
        #expect(file.size == 70_001)
        try file.truncate(to: 2)
        #expect(try file.append([2]) == 2)
        #expect(try file.allBytes() == [1, 1, 2])
        try file.truncate(to: 0)
        #expect(try file.allBytes() == [])
        #expect(failure { _ = try file.bytes(at: 0, count: 1) } == "readPastEnd 0 1 0")
    }

    @Test("a truncation past the end is refused", arguments: VolumeKind.allCases)
    func truncatePastEnd(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.append([1, 2])
        #expect(failure { try file.truncate(to: 3) } == "truncatePastEnd 3 2")
        #expect(try file.append([3]) == 2)
    }

    @Test("flush and sync succeed and change nothing that is read", arguments: VolumeKind.allCases)
    func sync(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        try file.sync()
        try file.append([1])
        try file.flush()
        try file.sync()
        #expect(try file.allBytes() == [1])
    }

    @Test("what is in memory is read without waiting", arguments: VolumeKind.allCases)
    func readImmediately(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        let expected = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        try file.append(expected)
        let immediate = try #require(file as? any ImmediateReader)
        var bytes = [UInt8](repeating: 0, count: 9000)
        let isThere = try bytes.withUnsafeMutableBytes {
            try immediate.readImmediately(at: 500, into: $0)
        }
        // A file system may refuse to tell; what it gives must be right.
        if isThere { #expect(bytes == Array(expected[500..<9500])) }
        #expect(isThere || kind.isOnDisk)
        let past = failure {
            _ = try bytes.withUnsafeMutableBytes {
                try immediate.readImmediately(at: 1001, into: $0)
            }
        }
        #expect(past == "readPastEnd 1001 9000 10000")
    }

    @Test(
        "concurrent readers see whole appends, whatever is appended meanwhile",
        arguments: VolumeKind.allCases)
    func concurrentReads(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        let blockBytes = 1000
        let isDone = Atomic(false)
        let wrong = Atomic(0)
        let readers = try (0..<3).map { index in
            try NamedThread.start(name: "reader \(index)") {
                repeat {
                    let count = Int(file.size)
                    if count % blockBytes != 0 { wrong.add(1, ordering: .relaxed) }
                    guard count > 0 else { continue }
                    let start = UInt64(count - blockBytes)
                    guard let block = try? file.bytes(at: start, count: blockBytes) else {
                        wrong.add(1, ordering: .relaxed)
                        continue
                    }
                    let expected = UInt8(truncatingIfNeeded: count / blockBytes - 1)
                    if block.contains(where: { $0 != expected }) {
                        wrong.add(1, ordering: .relaxed)
                    }
                } while !isDone.load(ordering: .acquiring)
            }
        }
        for index in 0..<500 {
            let value = UInt8(truncatingIfNeeded: index)
            try file.append([UInt8](repeating: value, count: blockBytes))
        }
        isDone.store(true, ordering: .releasing)
        for reader in readers { reader.join() }
        #expect(wrong.load(ordering: .acquiring) == 0)
    }

    @Test("concurrent appends each have a place of their own", arguments: VolumeKind.allCases)
    func concurrentAppends(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let file = try test.newFile()
        let writers = try (0..<4).map { index in
            try NamedThread.start(name: "writer \(index)") {
                for _ in 0..<200 {
                    let bytes = [UInt8](repeating: UInt8(index + 1), count: 100)
                    guard let offset = try? file.append(bytes),
                        (try? file.bytes(at: offset, count: 100)) == bytes
                    else { return }
                }
            }
        }
        for writer in writers { writer.join() }
        let all = try file.allBytes()
        #expect(all.count == 80_000)
        for value in 1...4 as ClosedRange<UInt8> {
            #expect(all.count { $0 == value } == 20_000)
        }
    }
}
