import VarveBytes

/// The signature over everything that a segment says of its streams' histories: made when the
/// segment is written, so that whoever has the public key can tell a segment written by the server
/// from one written by somebody else (`docs/segment-format.md`, "The signature").
package struct CutSignature: Hashable, Sendable {
    /// The key that signed.
    let key: KeyID
    /// The root of the tree of the streams' heads.
    let root: SHA256Digest
    /// The 64 bytes of the signature.
    let signature: [UInt8]

    /// Bytes in a footer (persisted).
    static let byteCount = 8 + 32 + 64
    /// The first bytes of what is signed, so that it passes as nothing else. Persisted.
    private static let context: StaticString = "varve/segment/1\0"

    /// Signs what a segment with `header` has in `tree`.
    init(
        of tree: HeadTree, header: SegmentHeader, by signer: HeadSigner
    ) throws(LogError) {
        key = signer.keyID
        root = tree.root
        let message = Self.message(root, tree.count, header, key)
        do throws(ProofError) {
            signature = try signer.sign(message)
        } catch {
            throw .io(message: error.description)
        }
    }

    /// Reads what `store` wrote; nil when all of it is zero.
    init?(loadingFrom bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.byteCount, "a signature's place in a footer")
        guard bytes.contains(where: { $0 != 0 }) else { return nil }
        key = KeyID(rawBytes: Array(bytes[0..<8]))
        root = SHA256Digest(loadingFrom: bytes.start + 8)
        signature = Array(bytes[40...])
    }

    /// Writes `byteCount` bytes.
    func store(to base: UnsafeMutableRawPointer) {
        key.bytes.withUnsafeBytes {
            base.copyMemory(from: $0.start, byteCount: 8)
        }
        root.store(to: base + 8)
        signature.withUnsafeBytes {
            (base + 40).copyMemory(from: $0.start, byteCount: 64)
        }
    }

    /// What is wrong with the signature of a segment with `header` and `tree`; nil when nothing is.
    ///
    /// - Parameter publicKey: the key of its id.
    func fault(
        of tree: HeadTree, header: SegmentHeader, publicKey: PublicKey?
    ) -> String? {
        guard tree.root == root else {
            return "the streams' heads are not those that were signed"
        }
        guard let publicKey else { return nil }
        let message = Self.message(root, tree.count, header, key)
        let isValid = (try? publicKey.isValid(signature, ofMessage: message)) ?? false
        return isValid ? nil : "the signature is not one of key \(key) over this segment"
    }

    private static func message(
        _ root: SHA256Digest, _ count: UInt64, _ header: SegmentHeader, _ key: KeyID
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 88)
        writer.append(context)
        writer.append(header.first.rawValue)
        writer.append(header.last.rawValue)
        writer.append(header.wallMilliseconds)
        writer.append(count)
        writer.append(root)
        key.bytes.withUnsafeBytes { writer.append($0) }
        return Array(writer.bytes)
    }
}

extension PublicKey {
    /// True when `signature` is this key's over `message`.
    fileprivate func isValid(
        _ signature: [UInt8], ofMessage message: [UInt8]
    ) throws(CryptoFailure) -> Bool {
        let outcome = message.withUnsafeBytes { bytes in
            Result { () throws(CryptoFailure) in try isValid(signature, of: bytes) }
        }
        return try outcome.get()
    }
}
