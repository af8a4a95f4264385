public import Synchronization
import VarveBytes

/// One stream of the log: its identity, its lock, and the state under the lock.
///
/// There is one object per stream at a time. A stream that nobody uses may leave memory, and gets
/// another object when it comes back; it never leaves while somebody has its object. A stream
/// deleted and created anew is another object. Thread rule: identity from anywhere; state inside
/// `withLock`. Locks are taken in the order namespace, stream (by id), journal.
//
// @unchecked Sendable: what `state` points to is used under `mutex`; `attachment` is set once,
// before the object is published to other threads; everything else is constant.
public final class LogStream: @unchecked Sendable {
    /// The stream's identity in this log.
    public let id: StreamID
    /// Sixteen random bytes that no other stream has.
    public let incarnation: Incarnation
    /// What makes it a fork; nil for other streams.
    package let edge: ForkEdge?
    @usableFromInline let mutex = Mutex<Void>(())
    /// How many bytes the name has; the top bit says whether the stream is Varve's own.
    private let packedName: UInt16
    /// How its records are stored when they are settled.
    package let encoding: RunEncoding
    /// Whether it was asked for since the directory last looked; under the directory's lock.
    @exclusivity(unchecked) var wasUsed = false
    /// Behind a pointer, so that callers in other targets get at it without a generic call; the
    /// name's bytes follow it in the same memory, since streams are many.
    @usableFromInline let state: UnsafeMutablePointer<LogStreamState>

    /// The upper layer's state object; under this stream's lock like the rest. Set once, before the
    /// stream is published; until then something that is nobody's.
    @exclusivity(unchecked) package private(set) var attachment: AnyObject = Unattached.shared

    private static let reservedBit: UInt16 = 1 << 15
    /// About how many bytes an object has, without the state.
    static let byteCount = 80

    /// A stream that is not yet published.
    init(
        id: StreamID, incarnation: Incarnation, name: UnsafeRawBufferPointer,
        edge: ForkEdge? = nil, encoding: RunEncoding = .none,
        state: consuming LogStreamState
    ) {
        self.id = id
        self.edge = edge
        self.incarnation = incarnation
        packedName =
            UInt16(name.count) | (ReservedName.contains(name) ? Self.reservedBit : 0)
        self.encoding = encoding
        let stateBytes = MemoryLayout<LogStreamState>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: stateBytes + name.count,
            alignment: MemoryLayout<LogStreamState>.alignment)
        if let source = name.baseAddress {
            (memory + stateBytes).copyMemory(from: source, byteCount: name.count)
        }
        self.state = memory.bindMemory(to: LogStreamState.self, capacity: 1)
        self.state.initialize(to: state)
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// The name's bytes, valid as long as the stream is referenced.
    package var nameBytes: UnsafeRawBufferPointer {
        let start = UnsafeRawPointer(state) + MemoryLayout<LogStreamState>.stride
        return UnsafeRawBufferPointer(start: start, count: Int(packedName & ~Self.reservedBit))
    }

    /// Whether it belongs to Varve itself; told without a look at the name, which is seldom near.
    package var isReserved: Bool { packedName & Self.reservedBit != 0 }

    /// The name, invalid UTF-8 repaired.
    public var name: String {
        String(decoding: nameBytes, as: UTF8.self)
    }

    /// Where its own records begin: behind those that it reads from its source.
    package var start: StreamPosition { edge?.origin.position ?? .start }

    /// What its first own record is chained to.
    package var genesis: ChainHash {
        guard let edge else { return Chain.genesis(incarnation, name: nameBytes) }
        return Chain.genesis(incarnation, name: nameBytes, forkOf: edge.origin)
    }

    /// Has the state of the stream that has the name `nameBytes` brought near, without waiting for
    /// it: the state lies before the name.
    static func prefetch(nameBytes: UnsafeRawBufferPointer) {
        guard let name = nameBytes.baseAddress else { return }
        let count = MemoryLayout<LogStreamState>.stride
        CacheLine.prefetch(name - count, count: count)
    }

    /// Has the upper layer's state object brought near, without waiting for it.
    func prefetchAttachment() {
        CacheLine.prefetch(
            Unmanaged.passUnretained(attachment).toOpaque(), count: CacheLine.byteCount)
    }

    /// Gives the stream the upper layer's state object; once, before it is published. Without one
    /// nothing changes.
    package func attach(_ object: AnyObject?) {
        guard let object else { return }
        precondition(attachment === Unattached.shared, "a stream gets its state object once")
        attachment = object
    }

    /// Whether it was asked for since this was last called; under the directory's lock.
    func takeUse() -> Bool {
        defer { wasUsed = false }
        return wasUsed
    }

    /// Runs `body` with the stream's lock held.
    @inlinable
    package func withLock<R, E: Error>(
        _ body: (inout LogStreamState) throws(E) -> R
    ) throws(E) -> R {
        try mutex.withLock { (_) throws(E) in
            // What `body` returns leaves the lock by the caller's responsibility.
            Carried(value: try body(&state.pointee))
        }.value
    }

    /// Carries a value out of the lock.
    @usableFromInline
    struct Carried<Value>: @unchecked Sendable {
        @usableFromInline let value: Value

        @inlinable
        init(value: Value) {
            self.value = value
        }
    }

    /// What stands for an attachment that is not there.
    private final class Unattached: Sendable {
        static let shared = Unattached()
    }
}
