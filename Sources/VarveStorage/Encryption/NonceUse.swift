package import VarveBytes

/// One use of a nonce, as tests see it.
package struct NonceUse: Hashable, Sendable {
    /// The SHA-256 of the key.
    package let key: SHA256Digest
    /// The counter that makes the nonce.
    package let counter: UInt64
}

/// Who is told of every use of a nonce, before the block is written; for tests.
package typealias NonceObserver = @Sendable (NonceUse) -> Void
