import CVarve

/// SHA-256 of several messages together.
///
/// On processors with instructions for it two messages are hashed at a time, in hardly more time
/// than one; elsewhere one after the other. `docs/decisions/two-lanes.md` has the figures.
package enum SHA256Batch {
    /// How many messages are asked for before the first digest is given out, at most.
    package static let countMax = 16

    /// Hashes `count` messages.
    ///
    /// - Parameters:
    ///   - message: the bytes of the message with a number; called once for each, in order. They
    ///     must stay until the digest was given out.
    ///   - body: gets the digests, in order.
    package static func hash(
        count: Int, _ message: (Int) -> UnsafeRawBufferPointer,
        _ body: (Int, SHA256Digest) -> Void
    ) {
        if count == 1 { return body(0, SHA256Hasher.hash(message(0))) }
        withUnsafeTemporaryAllocation(of: varve_message.self, capacity: countMax) { messages in
            withUnsafeTemporaryAllocation(
                byteCount: countMax * SHA256Digest.byteCount, alignment: 16
            ) { digests in
                for first in stride(from: 0, to: count, by: countMax) {
                    let some = min(countMax, count - first)
                    for index in 0..<some {
                        let bytes = message(first + index)
                        messages[index] = varve_message(
                            bytes: bytes.baseAddress, count: bytes.count)
                    }
                    hash(UnsafeBufferPointer(rebasing: messages[..<some]), into: digests)
                    for index in 0..<some {
                        let place =
                            digests.start
                            + index * SHA256Digest.byteCount
                        body(first + index, SHA256Digest(loadingFrom: place))
                    }
                }
            }
        }
    }

    private static func hash(
        _ messages: UnsafeBufferPointer<varve_message>, into digests: UnsafeMutableRawBufferPointer
    ) {
        let target = digests.baseAddress?.assumingMemoryBound(to: UInt8.self)
        if varve_sha256_many(messages.baseAddress, messages.count, target) != 0 { return }
        for (index, message) in messages.enumerated() {
            let bytes = UnsafeRawBufferPointer(start: message.bytes, count: message.count)
            SHA256Hasher.portableHash(bytes).store(
                to: digests.start + index * SHA256Digest.byteCount)
        }
    }
}
