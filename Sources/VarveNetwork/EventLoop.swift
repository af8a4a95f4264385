// One thread, one poller, and everything that thread owns. Behaviour is in extensions, one concern
// per file.

import VarveHTTP
package import VarvePlatform

/// One event loop: accepts connections, parses requests, hands them to its handler, and sends what
/// was answered, once per connection and turn.
///
/// Thread rule: members belong to the loop's thread, except `post`, `release`, `failGated`, `wake`,
/// `counters` and `index`, which any thread may use.
///
/// Unchecked because the compiler cannot see that confinement: everything mutable is touched by
/// the loop's thread alone, other threads reach it through `mailbox`, which is Sendable by
/// itself, and the thread is started after and joined before anybody else touches the rest.
package final class EventLoop: @unchecked Sendable {
    /// The names of what is watched and is no connection; no connection has generation 0.
    enum WatchToken {
        static let mailbox: UInt64 = 0
        static let listener: UInt64 = 1
    }

    /// The size of the memory that all connections of the loop receive into.
    static let receiveBytes = 64 << 10

    /// Which of the group's loops this is, from 0.
    package let index: Int
    /// What the loop counts; any thread reads it.
    package let counters = LoopCounters()
    /// The clock behind `now`.
    package let clock: any Clock

    let configuration: NetworkConfiguration
    let mailbox: Mailbox
    let poller: Poller
    let received: UnsafeMutableRawBufferPointer
    let events: UnsafeMutableBufferPointer<PollEvent>
    let dateLine = DateLine()
    let readinessBits = ReadinessBits()
    let connectionsMax: Int
    let parkedMax: Int
    let inputBytesMax: Int

    /// Nanoseconds of the monotonic clock, read once per turn.
    @exclusivity(unchecked) package internal(set) var now: UInt64
    /// Gates up to this mark are open.
    @exclusivity(unchecked) var releasedMark: UInt64 = 0
    /// Gates will not open any more.
    @exclusivity(unchecked) var gatesFailed = false
    @exclusivity(unchecked) var handler: (any RequestHandler)?
    @exclusivity(unchecked) var listener: Int32 = -1
    @exclusivity(unchecked) var acceptsMore = false
    @exclusivity(unchecked) var isDraining = false
    @exclusivity(unchecked) var isStopping = false
    @exclusivity(unchecked) var whenDrained: [@Sendable () -> Void] = []

    @exclusivity(unchecked) var table = ConnectionTable()
    @exclusivity(unchecked) var timers: TimerWheel
    @exclusivity(unchecked) var gates = GateQueue()
    /// Connections with something to send or to decide at the end of the turn.
    @exclusivity(unchecked) var dirty: [UInt64] = []
    /// Connections that go on sending in the next turn; they count as dirty.
    @exclusivity(unchecked) var unfinished: [UInt64] = []
    /// Connections that go on receiving in the next turn.
    @exclusivity(unchecked) var resuming: [UInt64] = []
    /// The assembly that requests are parsed with where they were received.
    @exclusivity(unchecked) var assembly: RequestAssembly
    /// Bytes of requests that have arrived in part.
    @exclusivity(unchecked) var inputBytes = 0
    @exclusivity(unchecked) var spareAssemblies: [RequestAssembly] = []
    @exclusivity(unchecked) var spareOutputs: [Unmanaged<OutputBuffer>] = []

    /// A loop that does nothing until `run`.
    init(
        index: Int, configuration: NetworkConfiguration, clock: any Clock
    ) throws(SystemError) {
        self.index = index
        self.configuration = configuration
        self.clock = clock
        mailbox = try Mailbox()
        poller = try Poller()
        received = .allocate(byteCount: Self.receiveBytes, alignment: 4096)
        events = .allocate(capacity: Poller.eventsMax)
        events.initialize(repeating: PollEvent())
        now = clock.monotonicNanoseconds()
        timers = TimerWheel(now: now)
        assembly = RequestAssembly(limits: configuration.head)
        let loops = max(configuration.loops, 1)
        connectionsMax = (configuration.connectionsMax + loops - 1) / loops
        parkedMax = (configuration.parkedMax + loops - 1) / loops
        inputBytesMax = max(
            configuration.inputBytesMax / loops,
            max(configuration.bodyBytesMax, configuration.largeBodyBytesMax)
                + configuration.head.headBytesMax)
        try poller.add(mailbox.descriptor, token: WatchToken.mailbox, for: .readable)
    }

    deinit {
        for buffer in spareOutputs { buffer.release() }
        received.deallocate()
        events.deallocate()
    }

    /// Milliseconds of the monotonic clock, as of this turn.
    package var nowMilliseconds: UInt64 { now / 1_000_000 }

    /// Runs `work` on the loop, in its next turn. Any thread.
    package func post(_ work: @escaping @Sendable (EventLoop) -> Void) {
        mailbox.post(work)
    }

    /// Opens the gates up to `mark`: responses behind them leave. Any thread; costs at most one
    /// system call, and none while the loop is awake.
    package func release(through mark: UInt64) {
        mailbox.release(through: mark)
    }

    /// Says that closed gates will never open: every response behind one is replaced by 503. Any
    /// thread, after the last `release`.
    package func failGated() {
        mailbox.failGated()
    }

    /// Makes the loop take a turn. Any thread.
    package func wake() {
        mailbox.wake()
    }

    /// Sets a timer. On the loop.
    package func schedule(
        afterMilliseconds delay: UInt64, _ owner: any TimerOwner
    ) -> TimerToken {
        timers.schedule(at: now &+ delay &* 1_000_000, .owner(owner))
    }

    /// Cancels a timer that has not fired. On the loop.
    package func cancel(_ timer: TimerToken) {
        timers.cancel(timer)
    }
}
