import Glibc
import Testing
import VarveBytes
import VarvePlatform
import VarveStorage

@testable import VarveLog

/// The keys of a log on disk.
@Suite struct KeyRingTests {
    @Test("rotation keeps every public key, and what an old key signed still verifies")
    func rotation() throws {
        try withDirectory { directory in
            let ring = KeyRing(logDirectory: directory)
            #expect(throws: StorageError.self) { try ring.rotate() }
            let first = try ring.generate()
            let signed = try SignedHead(
                signing: SignedHeadTests.statement(), with: ring.signingKey())
            #expect(signed.key == first)
            let second = try ring.rotate()
            let third = try ring.rotate()
            #expect(Set([first, second, third]).count == 3)
            #expect(try ring.signingKeyID() == third)
            let keys = try ring.publicKeys()
            #expect(Set(keys.keys) == [first, second, third])
            try signed.verify(with: #require(keys[signed.key]))
        }
    }

    @Test("a second first key is refused, and the first one stays")
    func generateTwice() throws {
        try withDirectory { directory in
            let ring = KeyRing(logDirectory: directory)
            let first = try ring.generate()
            let path = "\(directory)/keys/signing.pem"
            #expect(throws: StorageError.alreadyExists(path: path)) { try ring.generate() }
            #expect(try ring.signingKeyID() == first)
        }
    }

    @Test("the private key is made with mode 0600, and refused when it is wider")
    func permissions() throws {
        try withDirectory { directory in
            let ring = KeyRing(logDirectory: directory)
            _ = try ring.generate()
            let path = "\(directory)/keys/signing.pem"
            var information = stat()
            #expect(stat(path, &information) == 0)
            #expect(information.st_mode & 0o777 == 0o600)
            for mode: mode_t in [0o640, 0o604, 0o620, 0o601] {
                #expect(chmod(path, mode) == 0)
                #expect(throws: StorageError.secretExposed(path: path)) { try ring.signingKey() }
                #expect(throws: StorageError.secretExposed(path: path)) { try ring.rotate() }
            }
            #expect(chmod(path, 0o400) == 0)
            _ = try ring.signingKey()
        }
    }

    @Test("files that are no keys, or not the keys that they are named for, are errors with a path")
    func strangers() throws {
        try withDirectory { directory in
            let ring = KeyRing(logDirectory: directory)
            let first = try ring.generate()
            let keys = "\(directory)/keys"
            try File.rename("\(keys)/\(first).pem", to: "\(keys)/0123456789abcdef.pem")
            let error = #expect(throws: StorageError.self) { try ring.publicKeys() }
            #expect(error?.description.contains("0123456789abcdef.pem") == true)
            #expect(error?.description.contains(first.description) == true)
            try File.remove("\(keys)/signing.pem")
            let empty = try File.createSecret("\(keys)/signing.pem")
            _ = empty
            #expect(throws: StorageError.self) { try ring.signingKey() }
        }
    }

    @Test("a rotation that was cut short leaves the old key signing, and can be done again")
    func cutShort() throws {
        try withDirectory { directory in
            let ring = KeyRing(logDirectory: directory)
            let first = try ring.generate()
            let leftover = try File.createSecret("\(directory)/keys/signing.pem.new")
            _ = leftover
            #expect(try ring.signingKeyID() == first)
            #expect(try ring.rotate() != first)
        }
    }

    @Test("a log opens beside its keys")
    func besideALog() throws {
        try withDirectory { directory in
            _ = try KeyRing(logDirectory: directory).generate()
            let volume = try FileVolume(rootDirectory: directory)
            try TestLog(volume).log.close()
            #expect(try LogVerifier.verify(volume: volume).isClean)
        }
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // Six of the letter are what mkdtemp replaces.
        var template = Array("\(place)/varve-keys-\(String(repeating: "X", count: 6))".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let path = template.dropLast().map { UInt8(bitPattern: $0) }
        let directory = String(decoding: path, as: UTF8.self)
        defer { removeTree(directory) }
        try body(directory)
    }

    private func removeTree(_ path: String) {
        for name in (try? File.list(path)) ?? [] {
            let child = "\(path)/\(name)"
            if File.isDirectory(child) { removeTree(child) } else { try? File.remove(child) }
        }
        try? File.removeDirectory(path)
    }
}
