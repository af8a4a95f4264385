import VarveBytes

extension SignedHead {
    /// The most bytes of the JSON form that are looked at.
    private static let jsonBytesMax = 16 << 10
    /// The members, in the order in which they are written. Persisted.
    private static let members: Set<String> = [
        "type", "stream", "incarnation", "name", "nameHex", "position", "head", "state", "time",
        "key", "signature",
    ]
    /// The value of `type`. Persisted.
    private static let type = "varve/head/1"

    /// The JSON form: one object, without a line's end (`docs/proof.md`).
    public var json: String {
        var line = JSONLine()
        line.add("type", Self.type)
        line.add("stream", statement.stream.description)
        line.add("incarnation", statement.incarnation.description)
        if let name = Self.plainText(statement.name) {
            line.add("name", name)
        } else {
            line.add("nameHex", statement.name.withUnsafeBytes { Hex.string($0) })
        }
        line.add("position", statement.position.description)
        line.add("head", statement.head.hex)
        line.add("state", statement.isClosed ? "closed" : "open")
        line.add("time", String(statement.wallMilliseconds))
        line.add("key", key.description)
        line.add("signature", signature.withUnsafeBytes { Hex.string($0) })
        return line.rendered
    }

    /// Parses the JSON form; members in any order, none twice, no others.
    public init(json text: [UInt8]) throws(ProofError) {
        guard text.count <= Self.jsonBytesMax else {
            throw .malformed(detail: "more than \(Self.jsonBytesMax) bytes")
        }
        let found = try FlatObject.parse(text)
        if let other = found.keys.filter({ !Self.members.contains($0) }).min() {
            throw .malformed(detail: "unknown member \(JSONLine.quoted(other))")
        }
        func member<Value>(
            _ name: String, _ parse: (String) -> Value?
        ) throws(ProofError) -> Value {
            guard let text = found[name] else { throw .malformed(detail: "\(name) is missing") }
            guard let value = parse(text) else {
                throw .malformed(detail: "\(name) is not one: \(JSONLine.quoted(text))")
            }
            return value
        }
        _ = try member("type") { $0 == Self.type ? true : nil }
        guard (found["name"] == nil) != (found["nameHex"] == nil) else {
            throw .malformed(detail: "exactly one of name and nameHex is needed")
        }
        let name =
            found["name"] != nil
            ? try member("name") { Array($0.utf8) }
            : try member("nameHex") { Self.bytes($0, atMost: Format.nameBytesMax) }
        let incarnation = try member("incarnation") { Self.bytes($0, exactly: 16) }
        let statement = Statement(
            stream: StreamID(rawValue: try member("stream", Self.number)),
            incarnation: incarnation.withUnsafeBytes {
                Incarnation(loadingFrom: $0.start)
            },
            name: name, position: try member("position", Self.position),
            head: try member("head") { ChainHash(hex: $0) },
            isClosed: try member("state") { ["open": false, "closed": true][$0] },
            wallMilliseconds: try member("time", Self.number))
        try self.init(
            statement, key: try member("key") { KeyID($0) },
            signature: try member("signature") { Self.bytes($0, exactly: 64) })
    }

    /// The name as text, if it is UTF-8 without control characters.
    private static func plainText(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else { return nil }
        return text
    }

    /// A decimal number in the one form in which it is written.
    private static func number(_ text: String) -> UInt64? {
        guard let value = UInt64(text), String(value) == text else { return nil }
        return value
    }

    private static func position(_ text: String) -> StreamPosition? {
        let token = Array(text.utf8)
        guard token.count == 33, token[16] == UInt8(ascii: "_"),
            let record = token[..<16].withUnsafeBytes({ Hex.parse16($0) }),
            let byte = token[17...].withUnsafeBytes({ Hex.parse16($0) })
        else { return nil }
        return StreamPosition(record: record, byte: byte)
    }

    private static func bytes(_ text: String, exactly count: Int) -> [UInt8]? {
        guard let bytes = bytes(text, atMost: count), bytes.count == count else { return nil }
        return bytes
    }

    private static func bytes(_ text: String, atMost limit: Int) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: limit)
        let digits = Array(text.utf8)
        let count = output.withUnsafeMutableBytes { output in
            digits.withUnsafeBytes { Hex.decode($0, into: output) }
        }
        return count.map { Array(output.prefix($0)) }
    }
}
