public import VarveBytes
package import VarvePlatform
public import VarveStorage

/// Signs heads with one key, and knows the public keys of all that ever signed for the log.
///
/// Thread rule: any thread.
public final class HeadSigner: Sendable {
    /// The key that signs.
    private let key: SigningKey
    /// Its id.
    public let keyID: KeyID
    /// The public keys of this and of all earlier keys, by id.
    public let publicKeys: [KeyID: PublicKey]

    /// A signer with `key`; `publicKeys` of earlier ones.
    package init(key: SigningKey, publicKeys: [KeyID: PublicKey]) {
        self.key = key
        keyID = KeyID(of: key.publicKey)
        self.publicKeys = publicKeys.merging([keyID: key.publicKey]) { _, own in own }
    }

    /// A signer whose key is nowhere but in memory: for logs that end with the process.
    package convenience init(random: any RandomSource) throws(ProofError) {
        let seed = SecretBytes(count: SigningKey.seedBytes) { random.fill($0) }
        do throws(CryptoFailure) {
            self.init(key: try SigningKey(seed: seed), publicKeys: [:])
        } catch {
            throw .cipher(detail: error.description)
        }
    }

    /// Signs a statement.
    public func sign(_ statement: SignedHead.Statement) throws(ProofError) -> SignedHead {
        try SignedHead(signing: statement, with: key)
    }

    /// The 64 bytes of the signature over a message of another kind than a head's.
    func sign(_ message: [UInt8]) throws(ProofError) -> [UInt8] {
        let outcome = message.withUnsafeBytes { bytes in
            Result { () throws(CryptoFailure) in try key.sign(bytes) }
        }
        do throws(CryptoFailure) {
            return try outcome.get()
        } catch {
            throw .cipher(detail: error.description)
        }
    }
}

extension KeyRing {
    /// What signs with the ring's keys.
    ///
    /// Throws `notFound` without a signing key, `secretExposed` when others may read it,
    /// `invalidKey`.
    public func signer() throws(StorageError) -> HeadSigner {
        HeadSigner(key: try signingKey(), publicKeys: try publicKeys())
    }
}
