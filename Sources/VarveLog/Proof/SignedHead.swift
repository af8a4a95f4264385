public import VarveBytes

/// A stream's chain head at some position, signed: whoever holds it can tell later whether the
/// stream still has the history it had then, without trusting the server.
///
/// The canonical bytes are in `docs/format.md`, "Signed heads"; what is proven in `docs/proof.md`.
public struct SignedHead: Equatable, Sendable {
    /// What is signed.
    public struct Statement: Equatable, Sendable {
        /// The stream.
        public var stream: StreamID
        /// Its incarnation.
        public var incarnation: Incarnation
        /// Its name, at most 1024 bytes.
        public var name: [UInt8]
        /// How many data records and stored bytes the head covers.
        public var position: StreamPosition
        /// The chain's head there, the control records at that place included.
        public var head: ChainHash
        /// Whether the stream was closed there: then nothing ever follows.
        public var isClosed: Bool
        /// When it was signed, by the signer's clock, in milliseconds since 1970.
        public var wallMilliseconds: UInt64

        /// A statement about a stream.
        public init(
            stream: StreamID, incarnation: Incarnation, name: [UInt8], position: StreamPosition,
            head: ChainHash, isClosed: Bool, wallMilliseconds: UInt64
        ) {
            self.stream = stream
            self.incarnation = incarnation
            self.name = name
            self.position = position
            self.head = head
            self.isClosed = isClosed
            self.wallMilliseconds = wallMilliseconds
        }
    }

    /// What is signed.
    public let statement: Statement
    /// The key that signed.
    public let key: KeyID
    /// The 64 bytes of the signature.
    public let signature: [UInt8]

    /// The first bytes of everything that is signed, so that no signature over something else
    /// passes as one of a head. Persisted.
    private static let context: StaticString = "varve/head/1\0\0\0\0"
    /// The flag of a closed stream. Persisted.
    private static let closedFlag: UInt16 = 1 << 0

    /// Takes a signed head apart that came from elsewhere; nothing is checked but the sizes.
    init(_ statement: Statement, key: KeyID, signature: [UInt8]) throws(ProofError) {
        guard statement.name.count <= Format.nameBytesMax else {
            throw .malformed(detail: "a name has at most \(Format.nameBytesMax) bytes")
        }
        guard signature.count == PublicKey.signatureBytes else {
            throw .malformed(
                detail: "a signature has \(PublicKey.signatureBytes) bytes, not \(signature.count)")
        }
        self.statement = statement
        self.key = key
        self.signature = signature
    }

    /// Signs a statement.
    package init(
        signing statement: Statement, with signer: SigningKey
    ) throws(ProofError) {
        let key = KeyID(of: signer.publicKey)
        guard statement.name.count <= Format.nameBytesMax else {
            throw .malformed(detail: "a name has at most \(Format.nameBytesMax) bytes")
        }
        let message = Self.message(statement, key: key)
        do throws(CryptoFailure) {
            signature = try message.signed(by: signer)
        } catch {
            throw .cipher(detail: error.description)
        }
        self.statement = statement
        self.key = key
    }

    /// Throws unless `publicKey` is the one that signed, and the statement is what it signed.
    public func verify(with publicKey: PublicKey) throws(ProofError) {
        let found = KeyID(of: publicKey)
        guard found == key else { throw .otherKey(expected: key, found: found) }
        let isValid: Bool
        do throws(CryptoFailure) {
            isValid = try Self.message(statement, key: key).isSigned(signature, by: publicKey)
        } catch {
            throw .cipher(detail: error.description)
        }
        guard isValid else { throw .badSignature(key: key) }
    }

    /// The bytes that are signed.
    public var canonicalBytes: [UInt8] { Self.message(statement, key: key) }

    private static func message(_ statement: Statement, key: KeyID) -> [UInt8] {
        var writer = ByteWriter(capacity: 108 + statement.name.count)
        writer.append(context)
        writer.append(statement.stream.rawValue)
        statement.incarnation.store(to: writer.extend(by: 16))
        writer.append(statement.position.record)
        writer.append(statement.position.byte)
        writer.append(statement.head)
        writer.append(statement.wallMilliseconds)
        key.bytes.withUnsafeBytes { writer.append($0) }
        writer.append(statement.isClosed ? closedFlag : 0)
        writer.append(UInt16(statement.name.count))
        statement.name.withUnsafeBytes { writer.append($0) }
        return Array(writer.bytes)
    }
}

extension [UInt8] {
    fileprivate func signed(by key: SigningKey) throws(CryptoFailure) -> [UInt8] {
        let outcome = withUnsafeBytes { bytes in
            Result { () throws(CryptoFailure) in try key.sign(bytes) }
        }
        return try outcome.get()
    }

    fileprivate func isSigned(
        _ signature: [UInt8], by key: PublicKey
    ) throws(CryptoFailure) -> Bool {
        let outcome = withUnsafeBytes { bytes in
            Result { () throws(CryptoFailure) in try key.isValid(signature, of: bytes) }
        }
        return try outcome.get()
    }
}
