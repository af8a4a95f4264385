import Testing

@testable import VarveBytes

/// AES-256-GCM and HKDF against the answers of their standards.
@Suite struct AES256GCMTests {
    /// Test cases 13 to 16 of the GCM specification (McGrew and Viega), the ones with 256-bit keys.
    @Test(
        "seals as the specification's examples say",
        arguments: [
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12), "", "", "",
                "530f8afbc74536b9a963b4f1c4cb738b"
            ),
            (
                String(repeating: "00", count: 32), String(repeating: "00", count: 12), "",
                String(repeating: "00", count: 16), "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919"
            ),
            (
                "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                "76fc6ece0f4e1768cddf8853bb2d551b"
            ),
        ])
    func examples(
        key: String, nonce: String, associated: String, plain: String, sealed: String, tag: String
    ) throws {
        let cipher = try AES256GCM(key: secret(key))
        let (output, made) = try seal(cipher, bytes(plain), bytes(nonce), bytes(associated))
        #expect(hex(output) == sealed)
        #expect(hex(made) == tag)
        let back = try open(cipher, output, bytes(nonce), bytes(associated), made)
        #expect(back == bytes(plain))
    }

    @Test("every changed bit of contents, tag, nonce or associated data is noticed")
    func changes() throws {
        let cipher = try AES256GCM(key: secret(String(repeating: "42", count: 32)))
        let plain = [UInt8](0..<20)
        let nonce = [UInt8](repeating: 7, count: 12)
        let associated = [UInt8](repeating: 9, count: 5)
        let (sealed, tag) = try seal(cipher, plain, nonce, associated)
        #expect(try open(cipher, sealed, nonce, associated, tag) == plain)
        for bit in 0..<8 {
            for index in sealed.indices {
                var other = sealed
                other[index] ^= 1 << UInt8(bit)
                #expect(try open(cipher, other, nonce, associated, tag) == nil)
            }
            for index in tag.indices {
                var other = tag
                other[index] ^= 1 << UInt8(bit)
                #expect(try open(cipher, sealed, nonce, associated, other) == nil)
            }
            var otherNonce = nonce
            otherNonce[11] ^= 1 << UInt8(bit)
            #expect(try open(cipher, sealed, otherNonce, associated, tag) == nil)
            var otherAssociated = associated
            otherAssociated[0] ^= 1 << UInt8(bit)
            #expect(try open(cipher, sealed, nonce, otherAssociated, tag) == nil)
        }
    }

    @Test("HKDF gives the answers of RFC 5869, cases 1 and 3")
    func derivation() throws {
        let secret = [UInt8](repeating: 0x0b, count: 22)
        let salt = [UInt8](0...12)
        let info = [UInt8](0xf0...0xf9)
        #expect(
            try derive(secret, salt, info, 42)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865")
        #expect(
            try derive(secret, [], [], 42)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8")
    }

    private func derive(
        _ secret: [UInt8], _ salt: [UInt8], _ info: [UInt8], _ count: Int
    ) throws -> String {
        try secret.withUnsafeBytes { secret in
            try salt.withUnsafeBytes { salt in
                try info.withUnsafeBytes { info in
                    try KeyDerivation.derive(from: secret, salt: salt, info: info, count: count)
                        .withUnsafeBytes { Hex.string($0) }
                }
            }
        }
    }

    private func seal(
        _ cipher: AES256GCM, _ plain: [UInt8], _ nonce: [UInt8], _ associated: [UInt8]
    ) throws -> ([UInt8], [UInt8]) {
        var output = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: 16)
        try plain.withUnsafeBytes { plain in
            try nonce.withUnsafeBytes { nonce in
                try associated.withUnsafeBytes { associated in
                    try output.withUnsafeMutableBytes { output in
                        try tag.withUnsafeMutableBytes { tag in
                            try cipher.seal(
                                plain, nonce: nonce, associated: associated, into: output,
                                tag: #require(tag.baseAddress))
                        }
                    }
                }
            }
        }
        return (output, tag)
    }

    private func open(
        _ cipher: AES256GCM, _ sealed: [UInt8], _ nonce: [UInt8], _ associated: [UInt8],
        _ tag: [UInt8]
    ) throws -> [UInt8]? {
        var plain = [UInt8](repeating: 0, count: sealed.count)
        let isRight = try sealed.withUnsafeBytes { sealed in
            try nonce.withUnsafeBytes { nonce in
                try associated.withUnsafeBytes { associated in
                    try plain.withUnsafeMutableBytes { plain in
                        try tag.withUnsafeBytes { tag in
                            try cipher.open(
                                sealed, nonce: nonce, associated: associated,
                                tag: #require(tag.baseAddress), into: plain)
                        }
                    }
                }
            }
        }
        return isRight ? plain : nil
    }

    private func secret(_ hex: String) -> SecretBytes {
        bytes(hex).withUnsafeBytes { SecretBytes(copying: $0) }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: hex.utf8.count / 2)
        let digits = Array(hex.utf8)
        let count = output.withUnsafeMutableBytes { output in
            digits.withUnsafeBytes { Hex.decode($0, into: output) }
        }
        precondition(count == output.count, "test data is hexadecimal")
        return output
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { Hex.string($0) } }
}
