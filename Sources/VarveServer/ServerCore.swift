// What all event loops of a server share.

import Synchronization
import VarveBytes
import VarveLog
import VarveNetwork
import VarvePlatform
import VarveStore
import VarveStreams

/// The shared parts of a running server.
///
/// Thread rule: everything is constant or thread-safe.
final class ServerCore: Sendable {
    /// The most payload bytes of one batch of an event stream: less than a page, so that a slow
    /// reader holds little, and more than a socket takes at once.
    private static let batchBytesMax = 256 << 10

    /// The most verifications that run or wait at a time; one runs.
    private static let verificationsMax = 8

    /// The most bytes of bodies with batches of the store that wait for a thread or are taken
    /// apart.
    private static let batchBodiesBytesMax = 256 << 20

    /// The operator's choices.
    let configuration: ServerConfiguration
    /// The streams.
    let engine: StreamEngine
    /// The threads beside the event loops.
    let pools: ServerPools
    /// The key-value store on the same log; nil when it is off.
    let store: Store?
    /// The memory for bodies with batches of the store that wait for a thread or are taken apart.
    let batchBodies: ByteBudget
    /// What signs heads.
    let signer: HeadSigner
    /// Where lines are logged.
    let logger: Logger
    /// The time.
    let clock: any Clock
    /// The source of randomness.
    let random: any RandomSource
    /// The header lines of every response.
    let crossOrigin: CrossOrigin
    /// The configured base path.
    let basePath: FrozenBytes
    private let port = Atomic<UInt16>(0)
    private let allCounters: Mutex<[(metrics: LoopMetrics, network: LoopCounters)]> = Mutex([])
    private let waiters = Atomic<Int>(0)
    private let subscribers = Atomic<Int>(0)
    private let verifications = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    private let closing = Atomic<Bool>(false)

    /// The shared parts of a server with the given configuration and engine.
    init(
        _ configuration: ServerConfiguration, engine: StreamEngine, pools: ServerPools,
        store: Store?,
        signer: HeadSigner, logger: Logger, clock: any Clock, random: any RandomSource
    ) {
        self.configuration = configuration
        self.engine = engine
        self.pools = pools
        self.store = store
        self.signer = signer
        batchBodies = ByteBudget(limit: Self.batchBodiesBytesMax)
        self.logger = logger
        self.clock = clock
        self.random = random
        crossOrigin = CrossOrigin(allowedOrigins: configuration.allowedOrigins)
        basePath = FrozenBytes(configuration.basePath)
    }

    /// The threads that read streams from disk.
    var pool: ReadPool { pools.reads }
    /// The thread for work that takes long, one piece after the other.
    var chores: ReadPool { pools.chores }
    /// The threads that work for the store.
    var storePool: ReadPool { pools.store }

    /// The payload bytes of one batch of an event stream.
    var batchBytes: Int { min(configuration.pageBytes, Self.batchBytesMax) }

    /// `host:port` for clients that do not name a host.
    var defaultAuthority: String {
        "\(configuration.listenHost):\(port.load(ordering: .relaxed))"
    }

    /// Sets the port, once it is known.
    func setPort(_ number: UInt16) { port.store(number, ordering: .relaxed) }

    /// Whether the server is stopping.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Whether the log is being closed in order.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    /// Says that the log is being closed in order.
    func close() { closing.store(true, ordering: .sequentiallyConsistent) }

    /// Makes the server stop taking new work.
    func drain() { draining.store(true, ordering: .sequentiallyConsistent) }

    /// The counters of all loops: the server's and the network's.
    var counters: [(metrics: LoopMetrics, network: LoopCounters)] { allCounters.withLock { $0 } }

    /// Adds the counters of a loop.
    func add(_ metrics: LoopMetrics, _ network: LoopCounters) {
        allCounters.withLock { $0.append((metrics, network)) }
    }

    /// Counts a long-poll that wants to wait; false when as many wait as may.
    func admitWaiter() -> Bool { Self.admit(waiters, configuration.waitersMax) }

    /// Counts a long-poll that no longer waits.
    func releaseWaiter() { waiters.subtract(1, ordering: .relaxed) }

    /// Counts an event stream that wants to open; false when as many are open as may.
    func admitSubscriber() -> Bool { Self.admit(subscribers, configuration.subscribersMax) }

    /// Counts an event stream that has ended.
    func releaseSubscriber() { subscribers.subtract(1, ordering: .relaxed) }

    /// Counts a verification that wants to run or wait; false when as many do as may.
    func admitVerification() -> Bool { Self.admit(verifications, Self.verificationsMax) }

    /// Counts a verification that has ended.
    func releaseVerification() { verifications.subtract(1, ordering: .relaxed) }

    private static func admit(_ count: borrowing Atomic<Int>, _ most: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= most { return true }
        count.subtract(1, ordering: .relaxed)
        return false
    }
}
