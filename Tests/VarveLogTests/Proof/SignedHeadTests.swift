import Testing
import VarveBytes

@testable import VarveLog

/// What a signed head binds, and its two forms.
@Suite struct SignedHeadTests {
    /// The key of RFC 8032, section 7.1, test 1.
    static let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"

    /// The worked example of `docs/format.md`; its signature was made with another program.
    @Test("the example of the format page has the signature that the page says")
    func knownAnswer() throws {
        let signed = try SignedHead(signing: Self.statement(), with: Self.signer())
        #expect(signed.key.description == "21fe31dfa154a261")
        #expect(
            hex(signed.canonicalBytes)
                == "76617276652f686561642f31000000001100000000000000000102030405060708090a0b"
                + "0c0d0e0f050000000000000078000000000000009f2e6d33a3717ee826353a404ba4618d"
                + "1aeeb6879ad7936bce8ed5f46814924d804ea4a59a01000021fe31dfa154a26100000900"
                + "6f72646572732f6575")
        #expect(
            hex(signed.signature)
                == "72fb0b1b538add91bceb78a7acd8f902c945049b94f1d472dcad71a2ac7747f8"
                + "fa92ce575cf80921b3ab57848dea46b093b91e4bc268b9c4962692ebe8fcd508")
        try signed.verify(with: Self.signer().publicKey)
    }

    @Test("every field is bound: a head with any other value does not verify")
    func binding() throws {
        let signer = try Self.signer()
        let signed = try SignedHead(signing: Self.statement(), with: signer)
        let changes: [(inout SignedHead.Statement) -> Void] = [
            { $0.stream = StreamID(rawValue: 18) },
            { $0.incarnation = Self.incarnation(beginningWith: 1) },
            { $0.name = Array("orders/us".utf8) },
            { $0.name += [0] },
            { $0.position.record += 1 },
            { $0.position.byte += 1 },
            { $0.head = ChainHash() },
            { $0.isClosed = true },
            { $0.wallMilliseconds -= 1 },
        ]
        for (index, change) in changes.enumerated() {
            var statement = signed.statement
            change(&statement)
            let forged = try SignedHead(statement, key: signed.key, signature: signed.signature)
            #expect(throws: ProofError.badSignature(key: signed.key), "change \(index)") {
                try forged.verify(with: signer.publicKey)
            }
        }
    }

    @Test("a head checked with another key names both keys")
    func otherKey() throws {
        let signed = try SignedHead(signing: Self.statement(), with: Self.signer())
        let other = try #require(SigningKey(file: [UInt8](repeating: 9, count: 32)))
        let found = KeyID(of: other.publicKey)
        #expect(throws: ProofError.otherKey(expected: signed.key, found: found)) {
            try signed.verify(with: other.publicKey)
        }
        // Even when it claims to be by the other one.
        let claimed = try SignedHead(signed.statement, key: found, signature: signed.signature)
        #expect(throws: ProofError.badSignature(key: found)) {
            try claimed.verify(with: other.publicKey)
        }
    }

    @Test("the JSON form comes back as it went, whatever the name")
    func json() throws {
        let names: [[UInt8]] = [
            Array("orders/eu".utf8), [], Array("\"quoted\" \\ and é and 😀".utf8), [0xff, 0xfe],
            [0x0a, 0x41], [UInt8](repeating: 0x61, count: 1024),
        ]
        for name in names {
            var statement = Self.statement()
            statement.name = name
            statement.position = StreamPosition(record: .max, byte: .max)
            let signed = try SignedHead(signing: statement, with: Self.signer())
            let back = try SignedHead(json: Array(signed.json.utf8))
            #expect(back == signed)
            try back.verify(with: Self.signer().publicKey)
        }
        let text = try SignedHead(signing: Self.statement(), with: Self.signer()).json
        #expect(text.contains("\"name\":\"orders/eu\",\"position\":\"0000000000000005_00000"))
        let escaped = text.replacing("orders/eu", with: "orders\\u002f\\u0065u")
        #expect(try SignedHead(json: Array(" \n\(escaped)\n".utf8)).json == text)
    }

    @Test("texts that are no signed head are refused, with what was expected")
    func refusals() throws {
        let text = try SignedHead(signing: Self.statement(), with: Self.signer()).json
        for length in 0..<text.utf8.count {
            #expect(throws: ProofError.self) {
                try SignedHead(json: Array(text.utf8.prefix(length)))
            }
        }
        let edits = [
            ("\"type\":\"varve/head/1\"", "\"type\":\"varve/head/2\""),
            ("\"stream\":\"17\"", "\"stream\":\"017\""),
            ("\"stream\":\"17\"", "\"stream\":17"),
            ("\"stream\":\"17\"", "\"stream\":\"18446744073709551616\""),
            ("\"stream\":\"17\"", "\"stream\":\"17\",\"stream\":\"17\""),
            ("\"stream\":\"17\"", "\"stream\":\"17\",\"more\":\"\""),
            ("\"name\":\"orders/eu\"", "\"name\":\"\",\"nameHex\":\"\""),
            ("\"name\":\"orders/eu\"", "\"name\":\"\\ud800\""),
            ("\"name\":\"orders/eu\"", "\"name\":\"\(String(repeating: "a", count: 1025))\""),
            ("\"name\":\"orders/eu\",", ""),
            ("0000000000000005_", "0000000000000005-"),
            ("\"open\"", "\"shut\""),
            ("}", "}}"),
        ]
        for (old, new) in edits {
            let edited = text.replacing(old, with: new)
            #expect(edited != text)
            #expect(throws: ProofError.self, "\(new)") { try SignedHead(json: Array(edited.utf8)) }
        }
        #expect(throws: ProofError.self) {
            try SignedHead(json: [UInt8](repeating: 0x20, count: 1 << 20))
        }
    }

    static func statement() -> SignedHead.Statement {
        SignedHead.Statement(
            stream: StreamID(rawValue: 17), incarnation: incarnation(beginningWith: 0),
            name: Array("orders/eu".utf8), position: StreamPosition(record: 5, byte: 120),
            head: Array("head".utf8).withUnsafeBytes { SHA256Hasher.hash($0) },
            isClosed: false, wallMilliseconds: 1_763_715_600_000)
    }

    static func incarnation(beginningWith first: UInt8) -> Incarnation {
        let bytes = [first] + [UInt8](1..<16)
        return bytes.withUnsafeBytes {
            Incarnation(loadingFrom: $0.baseAddress.unsafelyUnwrapped)
        }
    }

    static func signer() throws -> SigningKey {
        let digest = try #require(SHA256Digest(hex: seed))
        return try #require(digest.withUnsafeBytes { SigningKey(file: Array($0)) })
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { Hex.string($0) } }
}
