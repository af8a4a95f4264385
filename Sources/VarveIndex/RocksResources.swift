import CRocksDB

/// What all indexes of a source share: options, block cache and rate limiter.
///
/// What it sets, and why:
///
/// - Memory is what `RocksIndexOptions` says: index and filter blocks live in the block cache, the
///   manifest and the information log have limits.
/// - One thread flushes and one compacts, for the whole process: a flush that somebody waits for
///   must not queue behind a compaction.
/// - No statistics, no log of its own beyond the header that opening writes.
//
// @unchecked Sendable: the pointers are constant, and RocksDB only reads what they point to, or,
// for cache and limiter, locks for itself.
final class RocksResources: @unchecked Sendable {
    private static let manifestBytesMax = 1 << 20
    private static let informationLogBytesMax = 256 << 10
    private static let blockBytes = 4 << 10
    private static let bloomBitsPerKey = 10.0
    /// A write buffer that never fills: the most that RocksDB takes for one, none of it in advance.
    private static let endlessBufferBytes = 64 << 30
    private static let arenaBlockBytesMax = 1 << 20
    /// How many bytes of a file are written before the disk is told to begin.
    private static let bytesPerSync: UInt64 = 1 << 20
    private static let tableFileBytes: UInt64 = 8 << 20
    private static let firstLevelBytes: UInt64 = 32 << 20
    private static let refillMicroseconds: Int64 = 100_000
    private static let fairness: Int32 = 10
    /// RocksDB's number for errors only; the header is written all the same.
    private static let informationLogLevel: Int32 = 3
    private static let noCompression: Int32 = 0
    private static let lz4Compression: Int32 = 4

    /// Options for opening.
    let options: OpaquePointer
    /// Options for writing: without RocksDB's log.
    let writing: OpaquePointer
    /// Options for flushing: wait until it is done.
    let flushing: OpaquePointer
    /// Options for flushing in the background.
    let flushingLater: OpaquePointer
    /// Bytes of a write buffer.
    let writeBufferBytes: Int
    private let cache: OpaquePointer

    init(_ limits: RocksIndexOptions) {
        options = rocksdb_options_create()
        writing = rocksdb_writeoptions_create()
        flushing = rocksdb_flushoptions_create()
        flushingLater = rocksdb_flushoptions_create()
        writeBufferBytes = limits.writeBufferBytes
        cache = rocksdb_cache_create_lru(limits.cacheBytes)
        rocksdb_writeoptions_disable_WAL(writing, limits.logsEveryBatch ? 0 : 1)
        rocksdb_writeoptions_set_sync(writing, limits.logsEveryBatch ? 1 : 0)
        rocksdb_flushoptions_set_wait(flushing, 1)
        rocksdb_flushoptions_set_wait(flushingLater, 0)
        setThreadsAndFiles(limits)
        setLevels(limits)
        setTables(limits)
    }

    deinit {
        rocksdb_options_destroy(options)
        rocksdb_writeoptions_destroy(writing)
        rocksdb_flushoptions_destroy(flushing)
        rocksdb_flushoptions_destroy(flushingLater)
        rocksdb_cache_destroy(cache)
    }

    /// Options for opening a database that flushes only when it is told to, neither because a
    /// write buffer is full nor because it closes. The caller destroys them.
    func optionsThatHoldBack(_ directory: String) throws(IndexError) -> OpaquePointer? {
        let heldBack = rocksdb_options_create()
        do throws(IndexError) {
            try RocksCall.run(directory) { message in
                rocksdb_get_options_from_string(
                    options, "avoid_flush_during_shutdown=true", heldBack, message)
            }
        } catch {
            rocksdb_options_destroy(heldBack)
            throw error
        }
        rocksdb_options_set_write_buffer_size(heldBack, Self.endlessBufferBytes)
        // As RocksDB has it for a buffer of that size: full is what is reserved, not what is used.
        rocksdb_options_set_arena_block_size(
            heldBack, min(Self.arenaBlockBytesMax, max(4 << 10, writeBufferBytes / 8)))
        return heldBack
    }

    /// How many bytes the block cache holds.
    var cachedBytes: Int { rocksdb_cache_get_usage(cache) }

    private func setThreadsAndFiles(_ limits: RocksIndexOptions) {
        let environment = rocksdb_create_default_env()
        rocksdb_env_set_background_threads(environment, 1)
        rocksdb_env_set_high_priority_background_threads(environment, 1)
        rocksdb_options_set_env(options, environment)
        // The wrapper only: the default environment itself lives as long as the process.
        rocksdb_env_destroy(environment)
        rocksdb_options_set_max_background_jobs(options, 2)
        rocksdb_options_set_create_if_missing(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        rocksdb_options_set_max_open_files(options, Int32(clamping: limits.openFilesMax))
        rocksdb_options_set_max_manifest_file_size(options, Self.manifestBytesMax)
        rocksdb_options_set_manifest_preallocation_size(options, 64 << 10)
        rocksdb_options_set_info_log_level(options, Self.informationLogLevel)
        rocksdb_options_set_max_log_file_size(options, Self.informationLogBytesMax)
        rocksdb_options_set_keep_log_file_num(options, 1)
        rocksdb_options_set_stats_dump_period_sec(options, 0)
        rocksdb_options_set_stats_persist_period_sec(options, 0)
        rocksdb_options_set_skip_stats_update_on_db_open(options, 1)
        rocksdb_options_set_bytes_per_sync(options, Self.bytesPerSync)
        rocksdb_options_set_avoid_unnecessary_blocking_io(options, 1)
        let limiter = rocksdb_ratelimiter_create(
            Int64(clamping: limits.bytesPerSecondMax), Self.refillMicroseconds, Self.fairness)
        rocksdb_options_set_ratelimiter(options, limiter)
        rocksdb_ratelimiter_destroy(limiter)
    }

    private func setLevels(_ limits: RocksIndexOptions) {
        rocksdb_options_set_write_buffer_size(options, limits.writeBufferBytes)
        rocksdb_options_set_max_write_buffer_number(
            options, Int32(clamping: limits.writeBufferCount))
        rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1)
        rocksdb_options_set_max_bytes_for_level_base(options, Self.firstLevelBytes)
        rocksdb_options_set_target_file_size_base(options, Self.tableFileBytes)
        rocksdb_options_set_compression(
            options, limits.compresses ? Self.lz4Compression : Self.noCompression)
    }

    private func setTables(_ limits: RocksIndexOptions) {
        let tables = rocksdb_block_based_options_create()
        rocksdb_block_based_options_set_block_cache(tables, cache)
        rocksdb_block_based_options_set_block_size(tables, Self.blockBytes)
        // The table options own the filter from here on.
        rocksdb_block_based_options_set_filter_policy(
            tables, rocksdb_filterpolicy_create_bloom_full(Self.bloomBitsPerKey))
        rocksdb_block_based_options_set_whole_key_filtering(tables, 1)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(tables, 1)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(tables, 1)
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(tables, 1)
        rocksdb_options_set_block_based_table_factory(options, tables)
        rocksdb_block_based_options_destroy(tables)
    }
}
