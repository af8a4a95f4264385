// What one event loop of the server has for itself.

import Synchronization
import VarveHTTP
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStore
import VarveStreams

/// The server's own part of one event loop.
///
/// Thread rule: the loop, except where a member says otherwise.
final class LoopState {
    /// What all loops share.
    let core: ServerCore
    /// The loop.
    let loop: EventLoop
    /// The counters; any thread reads them.
    let metrics = LoopMetrics()
    /// Memory for the decoded name of the request being handled.
    let names: UnsafeMutableRawBufferPointer
    /// The live readers.
    let registry: LiveRegistry
    /// The subscriptions of the store; nil when it is off.
    let followers: StoreFollowers?
    /// Requests that wait for something to become durable.
    let held: HeldRequests
    /// Memory for small pages.
    let scratch: UnsafeMutableRawBufferPointer
    private let scratchMemory: UnsafeMutableRawBufferPointer
    /// Whether something that is not durable yet has been staged or met in this turn.
    @exclusivity(unchecked) var wantsCommit = false
    @exclusivity(unchecked) private var ticker: LoopTicker?
    @exclusivity(unchecked) private var retry: StalledRetry?
    @exclusivity(unchecked) private var cursor: (madeAt: UInt64, value: UInt64) = (0, 0)
    /// The comment that keeps silent event streams alive.
    let keepAlive: SharedBytes

    /// The server's part of `loop`.
    init(_ core: ServerCore, _ loop: EventLoop) {
        self.core = core
        self.loop = loop
        names = .allocate(byteCount: Route.encodedNameBytesMax, alignment: 16)
        scratchMemory = .allocate(byteCount: PageReader.scratchBytes + 1, alignment: 16)
        scratch = UnsafeMutableRawBufferPointer(rebasing: scratchMemory[1...])
        registry = LiveRegistry(engine: core.engine, loop: loop)
        followers = core.store.map { StoreFollowers($0, loop) }
        held = HeldRequests()
        let comment = OutputBuffer()
        SSEEncoder.appendKeepAlive(to: comment)
        keepAlive = SharedBytes(copying: comment.readable)
    }

    deinit {
        names.deallocate()
        scratchMemory.deallocate()
    }

    /// Begins what happens from time to time; on the loop.
    func begin() {
        ticker = LoopTicker(self)
        ticker?.begin()
        retry = StalledRetry(self)
    }

    /// The cursor of the current interval; at most a turn old.
    var currentCursor: UInt64 {
        let now = loop.nowMilliseconds
        if cursor.madeAt != now || cursor.value == 0 {
            let wall = core.clock.wallMilliseconds()
            cursor = (now, LiveCursor.next(unixMilliseconds: wall, client: nil, random: 0))
        }
        return cursor.value
    }

    /// The first `count` bytes of the scratch memory, JSON messages each with a comma behind it, as
    /// an array: the last comma becomes its end.
    func bracketScratch(_ count: Int) -> UnsafeRawBufferPointer {
        scratchMemory[0] = UInt8(ascii: "[")
        scratchMemory[count] = UInt8(ascii: "]")
        return UnsafeRawBufferPointer(rebasing: scratchMemory[...count])
    }

    /// Keeps a request that an overloaded log did not take, to try it again in a moment.
    func addStalled(
        _ request: HeldRequest, until deadline: UInt64, _ cause: HeldRequests.StallCause
    ) {
        held.addStalled(request, until: deadline, cause)
        retry?.set()
    }

    /// Whether what stalls requests so takes nothing yet.
    func isOverloaded(_ cause: HeldRequests.StallCause) -> Bool {
        switch cause {
        case .log: core.engine.log.isOverloaded
        case .store: core.store?.overload != nil
        case .batches(let byteCount): !core.batchBodies.hasRoom(for: byteCount)
        }
    }

    /// Ends a turn of the loop: serves whoever waited for what has become durable, and asks for the
    /// commit of what this turn has staged.
    func turn() {
        held.turn(durable: core.engine.log.durable, hasFailed: core.engine.log.failure != nil)
        registry.turn()
        followers?.turn()
        if wantsCommit {
            wantsCommit = false
            core.engine.log.requestCommit()
        }
    }
}
