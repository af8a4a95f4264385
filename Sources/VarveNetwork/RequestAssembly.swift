// A request while it arrives: how far it is understood, and the bytes that must be kept until the
// rest is there. A request that arrives whole is parsed where it was received and never copied;
// only then does a connection own no assembly.

import VarveHTTP

/// The state of the request at the front of a connection's input.
///
/// Not thread-safe: it belongs to one loop, which recycles it.
final class RequestAssembly {
    /// What the next bytes are.
    enum Stage: Equatable {
        /// The head.
        case head
        /// The rest of a body of known length.
        case body
        /// Chunks of the body.
        case chunks
        /// The rest of a refused body of known length, to be dropped.
        case discard
        /// Chunks of a refused body, to be dropped.
        case discardChunks

        /// Whether received bytes are kept until the request is complete.
        var keepsInput: Bool { self == .head || self == .body || self == .chunks }
        /// Whether the head is done and the body is not.
        var isUnderway: Bool { self != .head }
    }

    /// What an assembly keeps of its memory when it is recycled, in bytes.
    private static let capacityKept = 16 << 10

    @exclusivity(unchecked) var stage = Stage.head
    @exclusivity(unchecked) var parser: RequestParser
    @exclusivity(unchecked) var chunks = ChunkedDecoder()
    /// The length of the head once it is known.
    @exclusivity(unchecked) var headLength = 0
    /// The length of the body: announced, or decoded from chunks so far.
    @exclusivity(unchecked) var bodyLength = 0
    /// Bytes of a refused body that may still be dropped.
    @exclusivity(unchecked) var discardLeft = 0
    /// Where the input of a completely decoded chunked request ends; nil until then.
    @exclusivity(unchecked) var chunksEnd: Int?

    /// The kept bytes, from the first byte of the request.
    @exclusivity(unchecked) private(set) var base: UnsafeMutableRawPointer?
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private(set) var capacity = 0

    /// How many of the kept bytes the loop has counted.
    @exclusivity(unchecked) var countedBytes = 0

    /// An assembly that waits for a head.
    init(limits: HeadLimits) {
        parser = RequestParser(limits: limits)
    }

    deinit {
        base?.deallocate()
    }

    /// Begins with the next request.
    @inline(__always)
    func begin() {
        stage = .head
        parser.reset()
        chunksEnd = nil
    }

    /// Begins to decode chunks behind a head.
    func beginChunks() {
        stage = .chunks
        chunks = ChunkedDecoder()
        bodyLength = 0
    }

    /// The kept bytes.
    var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    /// Replaces what is kept by `kept`, which may be a part of it.
    func keep(_ kept: UnsafeRawBufferPointer) {
        guard let source = kept.baseAddress, kept.count > 0 else {
            count = 0
            return
        }
        if kept.count > capacity {
            let larger = UnsafeMutableRawPointer.allocate(
                byteCount: max(kept.count, 1024), alignment: 16)
            larger.copyMemory(from: source, byteCount: kept.count)
            base?.deallocate()
            base = larger
            capacity = max(kept.count, 1024)
        } else if let base, UnsafeRawPointer(base) != source {
            base.copyMemory(from: source, byteCount: kept.count)
        }
        count = kept.count
    }

    /// Free memory behind the kept bytes: at least one byte, at most what the request can need
    /// next.
    func room(upTo wanted: Int) -> UnsafeMutableRawBufferPointer {
        if count == capacity { grow(atLeast: wanted) }
        return UnsafeMutableRawBufferPointer(
            start: base.map { $0 + count }, count: min(capacity - count, wanted))
    }

    /// Adds `size` bytes that were received into `room`.
    func advance(by size: Int) {
        precondition(size >= 0 && size <= capacity - count)
        count += size
    }

    /// Makes the assembly ready for another connection.
    func recycle() {
        begin()
        count = 0
        if capacity > Self.capacityKept {
            base?.deallocate()
            base = nil
            capacity = 0
        }
    }

    /// Grows at once to what is wanted if that is moderate, else by doubling as bytes arrive, so
    /// that an announced length alone does not take memory.
    private func grow(atLeast wanted: Int) {
        let larger = count + max(1, min(wanted, max(1 << 20, capacity)))
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        if let base {
            memory.copyMemory(from: base, byteCount: count)
            base.deallocate()
        }
        base = memory
        capacity = larger
    }
}
