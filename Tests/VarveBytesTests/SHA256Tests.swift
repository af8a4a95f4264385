import Testing
import VarveBytes

@Suite struct SHA256Tests {
    @Test(
        "known answers of the standard",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func knownAnswer(input: String, expected: String) {
        withView(bytes(input)) { view in
            #expect(SHA256Hasher().hash(view).hex == expected)
            #expect(SHA256Hasher.hash(view).description == expected)
        }
    }

    @Test("a hasher is as good as new after every digest")
    func reuse() {
        let hasher = SHA256Hasher()
        var numbers = Numbers(seed: 3)
        for count in [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000] {
            let data = numbers.bytes(count)
            withView(data) { all in
                let whole = SHA256Hasher.hash(all)
                #expect(hasher.hash(all) == whole)
                for cut in [0, count / 3, count] {
                    let first = UnsafeRawBufferPointer(rebasing: all[..<cut])
                    let rest = UnsafeRawBufferPointer(rebasing: all[cut...])
                    #expect(hasher.hash(first, rest) == whole)
                    hasher.update(first)
                    hasher.update(rest)
                    #expect(hasher.finish() == whole)
                }
                hasher.update(all)
                hasher.reset()
                #expect(hasher.finish() == SHA256Hasher.hash(.init(start: nil, count: 0)))
            }
        }
    }

    @Test("the processor's instructions and OpenSSL give the same digest, whatever the length")
    func instructionsEqualOpenSSL() {
        var numbers = Numbers(seed: 11)
        let data = numbers.bytes(4096)
        withView(data) { all in
            for count in Array(0...600) + [1023, 1024, 1025, 4032, 4033] {
                // At any alignment.
                let start = min(count % 7, all.count - count)
                let view = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
                #expect(SHA256Hasher.hash(view) == SHA256Hasher.portableHash(view))
            }
        }
    }

    @Test("messages hashed together have the digests they have alone, in their order")
    func batch() {
        var numbers = Numbers(seed: 12)
        let data = numbers.bytes(4096)
        withView(data) { all in
            for round in 0..<300 {
                // Lengths that end together, far apart, and in every kind of last block.
                let messages = (0..<round % 40).map { _ in
                    let count = Int.random(in: 0..<(round % 3 == 0 ? 66 : 1500), using: &numbers)
                    let start = Int.random(in: 0..<all.count - count, using: &numbers)
                    return UnsafeRawBufferPointer(rebasing: all[start..<start + count])
                }
                var asked: [Int] = []
                var digests: [SHA256Digest] = []
                SHA256Batch.hash(count: messages.count) { index in
                    asked.append(index)
                    return messages[index]
                } _: { index, digest in
                    #expect(index == digests.count)
                    digests.append(digest)
                }
                #expect(asked == Array(messages.indices))
                #expect(digests == messages.map { SHA256Hasher.portableHash($0) })
            }
        }
    }

    @Test("a digest goes through bytes and through hexadecimal text unchanged")
    func roundTrip() throws {
        let digest = withView(bytes("varve")) { SHA256Hasher.hash($0) }
        var stored = [UInt8](repeating: 0, count: 33)
        stored.withUnsafeMutableBytes { buffer in
            // One byte off the start: a digest is stored at any alignment.
            guard let base = buffer.baseAddress else { return }
            digest.store(to: base + 1)
            #expect(SHA256Digest(loadingFrom: base + 1) == digest)
        }
        #expect(digest.withUnsafeBytes { Array($0) } == Array(stored[1...]))
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(Set([digest, digest, SHA256Digest()]).count == 2)
    }

    @Test(
        "text that is not 64 digits is no digest",
        arguments: [
            "", "ab", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
            String(repeating: "0", count: 66), String(repeating: "g", count: 64),
        ])
    func badText(text: String) {
        #expect(SHA256Digest(hex: text) == nil)
    }
}
