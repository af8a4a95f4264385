// A running server: the log, the streams, the event loops, and the threads beside them.

import VarveHTTP
package import VarveIndex
package import VarveLog
import VarveNetwork
package import VarvePlatform
package import VarveStorage
import VarveStore
import VarveStreams

/// A server from its start to its end.
///
/// Thread rule: `start`, `drain` and `stop` on one thread; the rest on any.
package final class Server: Sendable {
    private let core: ServerCore
    private let group: EventLoopGroup
    private let sweeper: ServiceThread

    /// The port the server listens on.
    package let port: UInt16

    private init(
        _ core: ServerCore, _ group: EventLoopGroup, _ sweeper: ServiceThread, port: UInt16
    ) {
        self.port = port
        self.core = core
        self.group = group
        self.sweeper = sweeper
    }

    /// Starts a server as `configuration` says. When it throws, nothing runs and nothing on disk
    /// has changed, except that a missing data directory may have been made.
    ///
    /// - Throws: `ConfigurationError`, `StorageError`, `LogError`, `StoreError`, `SystemError`.
    package static func start(
        _ configuration: ServerConfiguration, clock: any Clock, random: any RandomSource,
        sink: any LogSink = StandardErrorSink()
    ) throws -> Server {
        try configuration.validate()
        let volume: any Volume
        var keys: KeyRing?
        switch configuration.storage {
        case .memory: volume = MemoryVolume()
        case .directory(let path):
            volume = try LogVolume.open(directory: path, key: configuration.encryptionKey)
            keys = KeyRing(logDirectory: path)
        }
        return try start(
            configuration, volume: volume, keys: keys, clock: clock, random: random, sink: sink)
    }

    /// Starts a server whose log lives in `volume`, whatever its configuration says about storage.
    ///
    /// - Parameters:
    ///   - indexes: where the store's index is kept; nil = beside the log's files.
    ///   - keys: the keys that sign heads, made if there are none; nil = a key that ends with the
    ///     server.
    package static func start(
        _ configuration: ServerConfiguration, volume: any Volume,
        indexes: (any IndexSource)? = nil, keys: KeyRing? = nil, clock: any Clock,
        random: any RandomSource, sink: any LogSink = StandardErrorSink()
    ) throws -> Server {
        try configuration.validate()
        let logger = Logger(
            level: configuration.logLevel, format: configuration.logFormat, clock: clock, sink: sink
        )
        try probe(configuration)
        // A key that cannot be used ends the start before anything on disk is touched.
        let found = keys?.hasSigningKey == true ? try keys?.signer() : nil
        let engine = try StreamEngine.open(
            volume: volume, logOptions: configuration.log, options: configuration.streams,
            clock: clock, random: random, signer: found)
        do {
            let signer = try found ?? makeSigner(keys, random, logger)
            if found == nil { engine.log.signSegments(with: signer) }
            let store = try openStore(configuration, engine, indexes, logger)
            do {
                let pools = try ServerPools(
                    readThreads: configuration.readThreads,
                    storeThreads: store == nil ? 0 : configuration.readThreads)
                do {
                    return try start(
                        ServerCore(
                            configuration, engine: engine, pools: pools, store: store,
                            signer: signer, logger: logger, clock: clock, random: random))
                } catch {
                    pools.stop()
                    throw error
                }
            } catch {
                store?.close()
                throw error
            }
        } catch {
            engine.close()
            throw error
        }
    }

    /// Opens the store on the log of the streams; nil when it is off.
    private static func openStore(
        _ configuration: ServerConfiguration, _ engine: StreamEngine,
        _ indexes: (any IndexSource)?, _ logger: Logger
    ) throws(StoreError) -> Store? {
        guard configuration.hasStore else { return nil }
        let store = try Store(on: engine.log, indexes: indexes, options: configuration.store)
        store.addListener(StoreWatch(logger))
        return store
    }

    /// Makes the first key. To be called with the log open, so that no other process does it too.
    private static func makeSigner(
        _ keys: KeyRing?, _ random: any RandomSource, _ logger: Logger
    ) throws -> HeadSigner {
        guard let keys else { return try HeadSigner(random: random) }
        let key = try keys.generate(random: random)
        logger.log(.debug, "made a key that signs heads", ["key": .text(key.description)])
        return try keys.signer()
    }

    /// Finds out whether the port is free. The loops share it, and would share it with another
    /// process too.
    private static func probe(_ configuration: ServerConfiguration) throws(SystemError) {
        guard configuration.listenPort != 0 else { return }
        _ = try Socket.listen(
            host: configuration.listenHost, port: configuration.listenPort, reusePort: false)
    }

    private static func start(_ core: ServerCore) throws -> Server {
        let configuration = core.configuration
        let group = try EventLoopGroup(configuration: configuration.network, clock: core.clock) {
            loop in
            let state = LoopState(core, loop)
            core.add(state.metrics, loop.counters)
            state.begin()
            return LoopHandler(state)
        }
        let port = try group.listen(host: configuration.listenHost, port: configuration.listenPort)
        core.setPort(port)
        let relay = CommitRelay(core, group.loops)
        core.engine.log.addCommitListener(relay)
        // What was found on disk is durable: answers about it must not wait for the next commit.
        relay.committed(through: core.engine.log.durable)
        let watch = SettlingWatch(core.engine.log, core.logger)
        let sweeper = try ServiceThread(
            name: "varve-sweep", intervalMilliseconds: core.configuration.expirySweepMilliseconds
        ) {
            while core.engine.sweepExpired() > 0 {}
            core.engine.sweepRetention()
            core.engine.log.requestCommit()
            watch.look()
        }
        do {
            try group.start()
        } catch {
            group.stop()
            sweeper.stop()
            throw error
        }
        core.logger.log(
            .info, "listening",
            ["host": .text(configuration.listenHost), "port": .number(Int64(port))])
        return Server(core, group, sweeper, port: port)
    }

    /// The page of metrics, as `/metrics` shows it.
    package func metricsPage() -> String { Metrics.page(core) }

    /// Takes no more connections, ends waiting polls with 204 and event streams, answers what is
    /// under way, and waits for that, at most as long as the configuration says.
    ///
    /// False when that was not enough and requests are still under way.
    package func drain() -> Bool {
        core.drain()
        core.logger.log(.info, "draining")
        let limit = core.configuration.drainMilliseconds
        let deadline = core.clock.monotonicNanoseconds() + limit * 1_000_000
        group.drain(limitMilliseconds: limit)
        return core.clock.monotonicNanoseconds() < deadline
    }

    /// Ends everything: connections, threads, and, with everything durable, the log.
    package func stop() {
        group.stop()
        sweeper.stop()
        core.pools.stop()
        core.close()
        core.store?.close()
        core.engine.close()
        core.logger.log(.info, "stopped")
    }
}
