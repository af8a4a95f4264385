import Glibc
import Synchronization
import Testing
import VarvePlatform
import VarveSimulation

@testable import VarveStorage

/// What encryption adds to the promises of a volume. The promises themselves are in the tables that
/// run over every kind of volume.
@Suite struct EncryptedVolumeTests {
    @Test("no nonce is used twice, whatever is rewritten, cut, renamed or opened again")
    func nonces() throws {
        let base = MemoryVolume()
        let seen = SeenNonces()
        for round in 0..<20 {
            let volume = EncryptedVolume(
                base, key: .test, random: SystemRandom(), observer: { seen.note($0) })
            let random = SeededRandom(seed: UInt64(round))
            let file = try volume.open("file", create: .ifMissing)
            for step in 0..<60 {
                let size = Int(file.size)
                let bytes = [UInt8](repeating: UInt8(step), count: random.next(below: 9000))
                switch random.next(below: 8) {
                case 0...2: try file.append(bytes)
                case 3, 4: try file.write([bytes], at: UInt64(random.next(below: size + 1)))
                case 5: try file.write([bytes], at: UInt64(size / 4096 / 2 * 4096))
                case 6: try file.truncate(to: UInt64(random.next(below: size + 1)))
                default:
                    try file.sync()
                    try volume.rename("file", to: "other")
                    try volume.rename("other", to: "file")
                }
            }
        }
        #expect(seen.count > 1000)
        #expect(seen.repeated == 0)
    }

    @Test("every truncation and every new name moves to a fresh nonce space")
    func freshSpaces() throws {
        let seen = SeenNonces()
        let volume = EncryptedVolume(
            MemoryVolume(), key: .test, random: SystemRandom(), observer: { seen.note($0) })
        let file = try volume.open("file", create: .exclusive)
        try file.append([UInt8](repeating: 1, count: 9000))
        #expect(seen.keys == 1)
        try file.append([UInt8](repeating: 1, count: 9000))
        #expect(seen.keys == 1)
        try file.truncate(to: 4096)
        try file.append([UInt8](repeating: 2, count: 9000))
        #expect(seen.keys == 2)
        try volume.rename("file", to: "again")
        try file.append([3])
        #expect(seen.keys == 3)
        let reopened = EncryptedVolume(
            MemoryVolume(), key: .test, random: SystemRandom(), observer: { seen.note($0) })
        try reopened.open("other", create: .exclusive).append([4])
        #expect(seen.keys == 4)
    }

    @Test("an append after a flushed partial block is read back whole, here and after reopening")
    func appendAfterPartialBlock() throws {
        let base = MemoryVolume()
        var expected: [UInt8] = []
        for count in [1, 10, 4085, 1, 4095, 4096, 4097, 3, 8192, 0, 5] {
            let volume = EncryptedVolume(base, key: .test)
            let file = try volume.open("file", create: .ifMissing)
            #expect(file.size == UInt64(expected.count))
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 + expected.count) }
            try file.append(bytes)
            try file.flush()
            try file.append([0xaa])
            expected += bytes + [0xaa]
            #expect(try file.allBytes() == expected)
            let again = EncryptedVolume(base, key: .test)
            #expect(try again.open("file", create: .never).allBytes() == expected)
        }
    }

    @Test("a read across the end is an error that says offset, count and size")
    func readAcrossTheEnd() throws {
        let file = try EncryptedVolume(MemoryVolume(), key: .test).open("f", create: .exclusive)
        try file.append([UInt8](repeating: 1, count: 5000))
        #expect(failure { _ = try file.bytes(at: 4990, count: 11) } == "readPastEnd 4990 11 5000")
        #expect(failure { _ = try file.bytes(at: 0, count: 8192) } == "readPastEnd 0 8192 5000")
        #expect(try file.bytes(at: 4990, count: 10) == [UInt8](repeating: 1, count: 10))
    }

    @Test("nothing of the contents is in the file below")
    func contentsAreHidden() throws {
        let base = MemoryVolume()
        let file = try EncryptedVolume(base, key: .test).open("f", create: .exclusive)
        let secret = Array("a secret that must not be found".utf8)
        try file.append((0..<1000).flatMap { _ in secret })
        let below = try base.open("f", create: .never).allBytes()
        #expect(!below.indices.contains { below[$0...].starts(with: secret.prefix(8)) })
    }

    @Test("a wrong key is an error that says so and changes nothing")
    func wrongKey() throws {
        let base = MemoryVolume()
        try EncryptedVolume(base, key: .test).open("f", create: .exclusive).append([1, 2, 3])
        let before = try base.open("f", create: .never).allBytes()
        let wrong = EncryptedVolume(base, key: .other)
        let error = #expect(throws: StorageError.self) { try wrong.open("f", create: .never) }
        #expect(error == .wrongKey(path: "f"))
        #expect(error?.description.contains("wrong key") == true)
        #expect(failure { _ = try wrong.open("f", create: .ifMissing) } == "wrongKey")
        #expect(try base.open("f", create: .never).allBytes() == before)
    }

    @Test("a file that is not encrypted is refused and left alone", arguments: [1, 100, 20_000])
    func plainFile(count: Int) throws {
        let base = MemoryVolume()
        try base.open("f", create: .exclusive).append([UInt8](repeating: 7, count: count))
        let volume = EncryptedVolume(base, key: .test)
        #expect(failure { _ = try volume.open("f", create: .ifMissing) } == "notEncrypted")
        #expect(try base.open("f", create: .never).size == UInt64(count))
    }

    @Test("an edited byte anywhere is an error with file and position, or changes no contents")
    func editedByte() throws {
        let base = MemoryVolume()
        let contents = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let file = try EncryptedVolume(base, key: .test).open("f", create: .exclusive)
        try file.append(contents)
        try file.sync()
        let below = try base.open("f", create: .never)
        let original = try below.allBytes()
        let slots = EncryptedFormat.headerBytes..<EncryptedFormat.dataStart
        for position in stride(from: 0, to: original.count, by: 13) {
            try below.write([[original[position] ^ 0x10]], at: UInt64(position))
            let outcome = failure {
                let file = try EncryptedVolume(base, key: .test).open("f", create: .never)
                #expect(try file.allBytes() == contents)
            }
            if slots.contains(position) {
                #expect(outcome == "nothing")
            } else if position < EncryptedFormat.headerBytes {
                #expect(["damaged 0 4096", "notEncrypted"].contains(outcome))
            } else {
                let block = (position - EncryptedFormat.dataStart) / EncryptedFormat.sealedBytes
                // An edited last block hides where the file ends, so the place may be the size.
                #expect(outcome == "damaged \(block * 4096) 4096", "byte \(position)")
            }
            try below.write([[original[position]]], at: UInt64(position))
        }
    }

    @Test("a block moved to another place, or to another file, is refused")
    func movedBlock() throws {
        let base = MemoryVolume()
        let volume = EncryptedVolume(base, key: .test)
        for name in ["a", "b"] {
            try volume.open(name, create: .exclusive).append(
                [UInt8](repeating: UInt8(name.utf8.count), count: 3 * 4096))
        }
        let a = try base.open("a", create: .never)
        let b = try base.open("b", create: .never)
        let size = EncryptedFormat.sealedBytes
        let first = try a.bytes(at: EncryptedFormat.place(ofBlock: 0), count: size)
        try a.write([first], at: EncryptedFormat.place(ofBlock: 1))
        try b.write([first], at: EncryptedFormat.place(ofBlock: 0))
        let again = EncryptedVolume(base, key: .test)
        let moved = try again.open("a", create: .never)
        #expect(failure { _ = try moved.bytes(at: 4096, count: 1) } == "damaged 4096 4096")
        #expect(try moved.bytes(at: 0, count: 1) == [1])
        let foreign = try again.open("b", create: .never)
        #expect(failure { _ = try foreign.bytes(at: 0, count: 1) } == "damaged 0 4096")
    }

    @Test("a block overwritten with zeros is refused: zeros are not contents")
    func zeroedBlock() throws {
        let base = MemoryVolume()
        let file = try EncryptedVolume(base, key: .test).open("f", create: .exclusive)
        try file.append([UInt8](repeating: 0, count: 3 * 4096))
        let zeros = [UInt8](repeating: 0, count: EncryptedFormat.sealedBytes)
        try base.open("f", create: .never).write([zeros], at: EncryptedFormat.place(ofBlock: 1))
        let again = try EncryptedVolume(base, key: .test).open("f", create: .never)
        let error = #expect(throws: StorageError.self) { try again.bytes(at: 4096, count: 8) }
        #expect(error?.description.contains("never written") == true)
        #expect(try again.bytes(at: 8192, count: 2) == [0, 0])
    }

    /// The limit that `docs/decisions/encryption.md` states: who can write the file can put back
    /// what was there before. The log above finds that by its chain and marks, not this layer.
    @Test("an older version of a block in its own place is taken for the block")
    func rolledBackBlock() throws {
        let base = MemoryVolume()
        let file = try EncryptedVolume(base, key: .test).open("f", create: .exclusive)
        try file.append([UInt8](repeating: 1, count: 2 * 4096))
        let below = try base.open("f", create: .never)
        let place = EncryptedFormat.place(ofBlock: 0)
        let old = try below.bytes(at: place, count: EncryptedFormat.sealedBytes)
        try file.write([[UInt8](repeating: 2, count: 4096)], at: 0)
        try below.write([old], at: place)
        #expect(try file.bytes(at: 0, count: 1) == [1])
    }

    @Test("a file of arbitrary bytes behind a right header is an error or contents, never a trap")
    func hostileBytes() throws {
        let base = MemoryVolume()
        let file = try EncryptedVolume(base, key: .test).open("f", create: .exclusive)
        try file.append([UInt8](repeating: 1, count: 10_000))
        let below = try base.open("f", create: .never)
        let original = try below.allBytes()
        let random = SeededRandom(seed: 4)
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<random.next(below: 6) + 1 {
                let start = EncryptedFormat.headerBytes
                let place = start + random.next(below: bytes.count - start)
                let count = min(random.next(below: 40), bytes.count - place)
                for index in place..<place + count {
                    bytes[index] =
                        random.next(below: 3) == 0 ? 0xff : UInt8(random.next(below: 256))
                }
            }
            bytes.removeLast(random.next(below: 2) == 0 ? 0 : random.next(below: bytes.count))
            try below.truncate(to: 0)
            try below.append(bytes)
            _ = failure {
                let file = try EncryptedVolume(base, key: .test).open("f", create: .never)
                _ = try? file.allBytes()
                try file.append([1, 2, 3])
                try file.truncate(to: file.size / 2)
                try file.sync()
            }
        }
    }

    @Test("a key file holds 32 bytes or their digits, and is refused when others may read it")
    func keyFile() throws {
        let directory = try temporaryDirectory()
        defer { removeTree(directory) }
        let path = "\(directory)/key"
        let base = MemoryVolume()
        try EncryptedVolume(base, key: .other).open("f", create: .exclusive).append([7])
        let bytes = (0..<32).map { UInt8($0) &* 3 }
        let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        for contents in [bytes, Array(digits.utf8), Array("\(digits)\n".utf8)] {
            try writeFile(path, contents)
            #expect(chmod(path, 0o600) == 0)
            let key = try EncryptionKey(contentsOf: path)
            #expect(try EncryptedVolume(base, key: key).open("f", create: .never).allBytes() == [7])
        }
        for contents in [[], Array(bytes.dropLast()), Array("\(digits)00".utf8), bytes + bytes] {
            try writeFile(path, contents)
            #expect(failure { _ = try EncryptionKey(contentsOf: path) } == "invalidKey")
        }
        try writeFile(path, bytes)
        for mode: mode_t in [0o640, 0o604, 0o620] {
            #expect(chmod(path, mode) == 0)
            #expect(failure { _ = try EncryptionKey(contentsOf: path) } == "secretExposed")
        }
        #expect(failure { _ = try EncryptionKey(contentsOf: "\(path)x") } == "notFound")
    }

    @Test("a failed change poisons, and the size is what is there")
    func poison() throws {
        let plan = FaultPlan(seed: 3)
        let volume = EncryptedVolume(FaultyVolume(SimulatedVolume(), plan: plan), key: .test)
        let file = try volume.open("f", create: .exclusive)
        try file.append([UInt8](repeating: 1, count: 5000))
        plan.fail(.write, with: .outOfSpace)
        #expect(failure { try file.append([UInt8](repeating: 2, count: 9000)) } == "outOfSpace")
        #expect(failure { try file.append([3]) } == "poisoned by outOfSpace")
        #expect(failure { try file.sync() } == "poisoned by outOfSpace")
        #expect(try file.bytes(at: 0, count: 4096) == [UInt8](repeating: 1, count: 4096))
        let again = try volume.open("f", create: .never)
        #expect(try again.bytes(at: 0, count: 5000) == [UInt8](repeating: 1, count: 5000))
    }
}

/// Every use of a nonce that was observed.
private final class SeenNonces: Sendable {
    private let state = Mutex<(all: Set<NonceUse>, repeated: Int)>(([], 0))

    func note(_ use: NonceUse) {
        state.withLock { state in
            if !state.all.insert(use).inserted { state.repeated += 1 }
        }
    }

    var count: Int { state.withLock { $0.all.count } }
    var repeated: Int { state.withLock { $0.repeated } }
    /// How many keys, hence nonce spaces, were used.
    var keys: Int { state.withLock { Set($0.all.map(\.key)).count } }
}
