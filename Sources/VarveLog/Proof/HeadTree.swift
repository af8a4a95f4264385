import VarveBytes

/// A hash tree over the chain heads of many streams, so that one signature covers all of them and
/// any one can be shown to be covered with a hash for each level.
///
/// Built a leaf at a time with one hash kept for each level. The tree of n leaves splits at the
/// largest power of two below n, as in RFC 6962 (`docs/segment-format.md`, "The signature").
struct HeadTree {
    /// Roots of complete subtrees, the largest first; their sizes are the bits of `count`.
    private var roots: [SHA256Digest] = []
    /// How many leaves there are.
    private(set) var count: UInt64 = 0

    /// Bytes of a leaf's input.
    private static let leafBytes = 1 + 8 + 16 + 8 + 8 + 32 + 1

    /// No leaves.
    init() {}

    /// Adds a stream as it is after the cut; streams come in ascending order of their ids.
    mutating func add(_ stream: StreamRecord) {
        var root = Self.leaf(of: stream)
        count += 1
        var size = count
        while size & 1 == 0, let left = roots.popLast() {
            root = Self.node(left, root)
            size >>= 1
        }
        roots.append(root)
    }

    /// The root; of no leaves, the hash of the tag alone.
    var root: SHA256Digest {
        guard var root = roots.last else {
            return [UInt8(0x10)].withUnsafeBytes { SHA256Hasher.hash($0) }
        }
        for left in roots.dropLast().reversed() { root = Self.node(left, root) }
        return root
    }

    /// The hash that stands for one stream.
    static func leaf(of stream: StreamRecord) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: leafBytes, alignment: 8) { input in
            let base = input.start
            base.storeBytes(of: 0x10, as: UInt8.self)
            base.storeLittleEndian(stream.id.rawValue, at: 1)
            stream.incarnation.store(to: base + 9)
            base.storeLittleEndian(stream.tail.record, at: 25)
            base.storeLittleEndian(stream.tail.byte, at: 33)
            stream.head.store(to: base + 41)
            let flags: UInt8 = (stream.isClosed ? 1 : 0) | (stream.isDeleted ? 2 : 0)
            base.storeBytes(of: flags, toByteOffset: 73, as: UInt8.self)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(input))
        }
    }

    /// The hash of two subtrees.
    static func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { input in
            let base = input.start
            base.storeBytes(of: 0x11, as: UInt8.self)
            left.store(to: base + 1)
            right.store(to: base + 33)
            return SHA256Hasher.hash(UnsafeRawBufferPointer(input))
        }
    }
}
