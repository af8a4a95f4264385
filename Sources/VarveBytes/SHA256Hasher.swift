import COpenSSL
import CVarve

/// SHA-256 with its state kept between uses: no allocation after `init`.
///
/// Thread rule: one hasher belongs to one thread at a time; the caller keeps it so. The static
/// `hash` keeps its state on the stack and may be called from anywhere.
package final class SHA256Hasher {
    @exclusivity(unchecked) private var state = SHA256_CTX()

    /// A hasher ready for the first `update`.
    package init() {
        reset()
    }

    /// Forgets what was hashed so far.
    package func reset() {
        SHA256_Init(&state)
    }

    /// Adds `bytes` to the input.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }

    /// The digest of everything added since the last reset; resets.
    package func finish() -> SHA256Digest {
        var digest = SHA256Digest()
        digest.withUnsafeMutableBytes { bytes in
            _ = SHA256_Final(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &state)
        }
        SHA256_Init(&state)
        return digest
    }

    /// The digest of `bytes` alone; what was added before is forgotten.
    package func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        reset()
        update(bytes)
        return finish()
    }

    /// The digest of two runs of bytes one after the other; what was added before is forgotten.
    package func hash(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> SHA256Digest {
        reset()
        update(first)
        update(second)
        return finish()
    }

    /// The digest of `bytes`: with the processor's instructions where it has them.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var digest = SHA256Digest()
        let isDone = digest.withUnsafeMutableBytes { target in
            varve_sha256(
                bytes.baseAddress, bytes.count,
                target.baseAddress?.assumingMemoryBound(to: UInt8.self)) != 0
        }
        return isDone ? digest : portableHash(bytes)
    }

    /// The same digest from OpenSSL, on any processor; a reference for tests.
    package static func portableHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, bytes.baseAddress, bytes.count)
        var digest = SHA256Digest()
        digest.withUnsafeMutableBytes { bytes in
            _ = SHA256_Final(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &state)
        }
        return digest
    }
}
