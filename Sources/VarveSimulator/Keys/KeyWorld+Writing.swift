import VarveLog
import VarveSimulation
import VarveStore
import VarveStreams

/// Batches that come.
extension KeyWorld {
    /// Writes a batch: stages it as the server does, or waits for it as a program does that has the
    /// store to itself.
    func write(_ kind: StoreBatch.Kind, _ entries: [StoreEntry]) throws(Violation) {
        guard let store else { return }
        let sequence = model.stagedBatches + 1
        let isWaiting = !world.isNested && world.chance(15)
        world.trace.note("\(kind) batch \(sequence) of \(entries.count), waits \(isWaiting)")
        pendingBatch = StoreBatch(sequence: sequence, kind: kind, entries: entries)
        if isWaiting {
            try writeAndWait(store, kind, entries, sequence)
        } else {
            try stage(store, kind, entries, sequence)
        }
    }

    private func stage(
        _ store: Store, _ kind: StoreBatch.Kind, _ entries: [StoreEntry], _ sequence: UInt64
    ) throws(Violation) {
        let hadFailed = try world.open.log.failure != nil
        let result = Result { () throws(StoreError) in
            try store.stage(try Self.encode(kind, entries, for: store))
        }
        try noteLog()
        pendingBatch = nil
        switch result {
        case .success(let (found, lsn)):
            try Violation.require(!hadFailed, "a batch was taken after a failure")
            try Violation.require(
                found == sequence && model.stagedBatches == sequence,
                "batch \(found) was staged instead of \(sequence)")
            world.answer(visibleAt: lsn, reveals: lastBatchLSN)
        case .failure(let error):
            try Violation.require(
                model.stagedBatches == sequence - 1, "a batch was refused and is there")
            try checkFailure(error, hadFailed: hadFailed, fired: world.plan.firedCount)
        }
    }

    private func writeAndWait(
        _ store: Store, _ kind: StoreBatch.Kind, _ entries: [StoreEntry], _ sequence: UInt64
    ) throws(Violation) {
        let (hadFailed, fired) = (try world.open.log.failure != nil, world.plan.firedCount)
        let result = world.asWorker {
            Result { () throws(StoreError) in
                kind == .put
                    ? try store.putBatch(entries) : try store.deleteBatch(entries.map(\.key))
            }
        }
        try noteLog()
        pendingBatch = nil
        try world.rethrowNested()
        try world.noteDurable()
        switch result {
        case .success(let found):
            try Violation.require(found == sequence, "batch \(found) instead of \(sequence)")
            try Violation.require(
                try visible.current >= sequence, "batch \(sequence) is acknowledged too early")
            world.result.acknowledgements += 1
        case .failure(let error):
            try checkFailure(error, hadFailed: hadFailed, fired: fired)
        }
    }

    private static func encode(
        _ kind: StoreBatch.Kind, _ entries: [StoreEntry], for store: Store
    ) throws(StoreError) -> EncodedBatch {
        var encoder = store.encoder(kind)
        for entry in entries {
            try entry.key.span.withUnsafeBytes { (key) throws(StoreError) in
                try entry.value.span.withUnsafeBytes { (value) throws(StoreError) in
                    try encoder.append(key, value)
                }
            }
        }
        return try encoder.finish()
    }

    /// Sends a batch that must be refused, and use no sequence.
    func writeWrongly() throws(Violation) {
        guard let store else { return }
        let hasKey = world.chance(50)
        world.trace.note("a wrong batch, with a key \(hasKey)")
        let long = StoreKey(repeating: 0x61, count: StoreLimits.keyBytesMax + 1)
        let entries =
            hasKey
            ? [StoreEntry(key: space.key(), value: []), StoreEntry(key: long, value: [])] : []
        let expected: StoreError =
            hasKey
            ? .keyTooLong(index: 1, bytes: long.count, limit: StoreLimits.keyBytesMax)
            : .emptyBatch
        let result = Result { () throws(StoreError) in try store.putBatch(entries) }
        guard case .failure(let error) = result, error == expected else {
            throw Violation("a wrong batch was answered with \(result)")
        }
        try noteLog()
    }

    // MARK: Failures

    /// A change that the store could not make, or not to its end: only for reasons that are there.
    func checkFailure(
        _ error: StoreError, hadFailed: Bool, fired: Int
    ) throws(Violation) {
        world.trace.note("-> \(error.code)")
        switch error {
        case .index:
            try Violation.require(world.isIndexFailing, "the index fails by itself: \(error)")
        case .batchTooLarge(let bytes, let limit):
            try Violation.require(
                bytes > limit && limit > world.swarm.logOptions.fileBytes / 2,
                "\(bytes) bytes are too many, \(limit) are not")
        case .log(.poisoned):
            try Violation.require(
                try world.open.log.failure != nil, "poisoned, and nothing has failed")
        case .log(let error):
            if world.plan.firedCount > fired, error.code == "io" { return }
            try world.checkLogRefusal(error, hadFailed: hadFailed)
        default:
            throw Violation("the store fails with \(error)")
        }
    }

    /// A read that the index or the disk could not serve.
    func checkReadFailure(_ error: StoreError, fired: Int) throws(Violation) {
        guard case .log(let error) = error else {
            world.trace.note("-> \(error.code)")
            guard case .index = error, world.isIndexFailing else {
                throw Violation("a read of the store fails with \(error)")
            }
            return
        }
        if case .poisoned = error {
            let isFailed = try world.open.log.failure != nil
            return try Violation.require(
                isFailed && model.hasPendingTrim, "a read failed, and nothing is to be waited for")
        }
        try world.checkReadFailure(error, fired: fired)
    }
}
