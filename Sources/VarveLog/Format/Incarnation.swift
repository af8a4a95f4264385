import VarveBytes
package import VarvePlatform

/// Sixteen random bytes made when a stream is created: what tells two streams of one name apart.
///
/// Part of the chain and of entity tags. Persisted.
public struct Incarnation: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, in memory order.
    package let first: UInt64
    /// The last eight bytes, in memory order.
    package let last: UInt64

    /// Random bytes from `random`.
    package init(from random: any RandomSource) {
        first = random.next()
        last = random.next()
    }

    /// Copies the 16 bytes at `pointer`.
    package init(loadingFrom pointer: UnsafeRawPointer) {
        first = pointer.loadUnaligned(as: UInt64.self)
        last = pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }

    /// Writes the 16 bytes to `pointer`.
    package func store(to pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: first, as: UInt64.self)
        pointer.storeBytes(of: last, toByteOffset: 8, as: UInt64.self)
    }

    /// 32 hexadecimal digits.
    public var description: String {
        withUnsafeBytes(of: (first, last)) { Hex.string($0) }
    }
}
