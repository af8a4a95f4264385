import Testing

@testable import VarveBytes

/// Ed25519 against the answers of RFC 8032, section 7.1, tests 1 to 3.
@Suite struct SigningKeyTests {
    struct SignatureExample: Sendable {
        var seed: String
        var publicKey: String
        var message: String
        var signature: String
    }

    static let examples: [SignatureExample] = [
        SignatureExample(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        SignatureExample(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
                + "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        SignatureExample(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
                + "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test("signs as the standard's examples say", arguments: examples)
    func standard(example: SignatureExample) throws {
        let key = try #require(SigningKey(file: bytes(example.seed)))
        #expect(hex(key.publicKey.bytes) == example.publicKey)
        let signature = try bytes(example.message).withUnsafeBytes { try key.sign($0) }
        #expect(hex(signature) == example.signature)
    }

    @Test("every changed bit of signature, message or key is noticed")
    func changes() throws {
        let key = try #require(SigningKey(file: bytes(Self.examples[1].seed)))
        let message: [UInt8] = [1, 2, 3]
        let signature = try message.withUnsafeBytes { try key.sign($0) }
        let publicKey = key.publicKey
        #expect(try message.withUnsafeBytes { try publicKey.isValid(signature, of: $0) })
        for bit in 0..<8 * signature.count {
            var other = signature
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try message.withUnsafeBytes { try !publicKey.isValid(other, of: $0) })
        }
        for bit in 0..<8 * message.count {
            var other = message
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try other.withUnsafeBytes { try !publicKey.isValid(signature, of: $0) })
        }
        for bit in 0..<8 * publicKey.bytes.count {
            var other = publicKey.bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            let foreign = try #require(PublicKey(other))
            #expect(try message.withUnsafeBytes { try !foreign.isValid(signature, of: $0) })
        }
        for count in [0, 63, 65] {
            let other = Array((signature + [0]).prefix(count))
            #expect(try message.withUnsafeBytes { try !publicKey.isValid(other, of: $0) })
        }
    }

    @Test("keys survive their PEM form, and other texts are no keys")
    func pem() throws {
        let key = try #require(SigningKey(file: bytes(Self.examples[0].seed)))
        let text = try key.pem().withUnsafeBytes { Array($0) }
        #expect(SigningKey(file: text)?.publicKey == key.publicKey)
        let publicText = try key.publicKey.pem
        #expect(publicText.hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
        #expect(PublicKey(pem: Array(publicText.utf8)) == key.publicKey)
        #expect(SigningKey(file: Array(publicText.utf8)) == nil)
        #expect(PublicKey(pem: text) == nil)
        for length in 0..<text.count where length != SigningKey.seedBytes {
            let cut = Array(text.prefix(length))
            // Without the last line's end it is the same text.
            #expect(length == text.count - 1 || SigningKey(file: cut) == nil, "\(length)")
        }
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
