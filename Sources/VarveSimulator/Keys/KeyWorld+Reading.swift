import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStore
import VarveStreams

/// Whatever is read is what readers must see at that moment.
extension KeyWorld {
    /// Reads one key, or several at once.
    func get() throws(Violation) {
        guard let store = readable else { return }
        let keys = (0...world.random.next(below: 6)).map { _ in space.key() }
        world.trace.note("get \(keys.count)")
        let fired = world.plan.firedCount
        let result = Result { () throws(StoreError) -> [[UInt8]?] in
            guard keys.count > 1 else { return [try store.get(keys[0])] }
            return try store.getMany(keys).map(\.value)
        }
        switch result {
        case .success(let values):
            let rows = try visible.rows
            try Violation.require(
                values == keys.map { rows[$0]?.value }, "a key has another value")
        case .failure(let error):
            try checkReadFailure(error, fired: fired)
        }
    }

    /// Scans a range, or all keys.
    func scan() throws(Violation) {
        guard let store = readable else { return }
        let random = world.random
        let from = world.chance(50) ? [] : space.key()
        let through = world.chance(50) ? [] : space.key()
        let limit = world.chance(50) ? nil : random.next(below: 8)
        let order = world.chance(50) ? ScanOrder.ascending : .descending
        world.trace.note("scan \(from) \(through) \(limit ?? -1) \(order)")
        let fired = world.plan.firedCount
        let result = Result { () throws(StoreError) in
            let snapshot = try store.snapshot()
            let scan = snapshot.rangeScan(
                from: from, through: through, limit: limit, order: order)
            return (snapshot, scan.sequence, try Self.entries(of: scan))
        }
        switch result {
        case .success(let (snapshot, sequence, entries)):
            let state = try visible
            var expected = state.sorted(from: from, through: through)
            if order == .descending { expected.reverse() }
            if let limit { expected = Array(expected.prefix(limit)) }
            try Violation.require(
                sequence == state.current && entries == expected,
                "a scan at batch \(sequence) of \(state.current) finds other keys")
            guard world.chance(40) else { return }
            if held.count == 3 { held.removeFirst() }
            held.append(HeldSnapshot(snapshot: snapshot, entries: state.sorted()))
        case .failure(let error):
            try checkReadFailure(error, fired: fired)
        }
    }

    /// Looks again at a moment that is held.
    func scanHeld() throws(Violation) {
        guard !held.isEmpty else { return }
        let held = held.remove(at: world.random.next(below: held.count))
        world.trace.note("scans a held view of batch \(held.snapshot.sequence)")
        let scan = held.snapshot.rangeScan(from: [], through: [], limit: nil, order: .ascending)
        let result = Result { () throws(StoreError) in try Self.entries(of: scan) }
        try Violation.require(
            (try? result.get()) == held.entries, "a held view shows other keys now")
    }

    private static func entries(of scan: StoreScan) throws(StoreError) -> [StoreEntry] {
        var entries: [StoreEntry] = []
        while let entry = try scan.next() { entries.append(entry) }
        return entries
    }

    /// Reads one batch back, or learns why not.
    func readBatch(_ sequence: UInt64) throws(Violation) {
        guard let store = readable else { return }
        world.trace.note("batch \(sequence)")
        let fired = world.plan.firedCount
        let result = Result { () throws(StoreError) in try store.image(of: sequence).batch }
        let state = try visible
        switch result {
        case .success(let batch):
            // Whoever drops batches has not heard yet that this is durable.
            let isKept = sequence >= state.cutoff || world.isNested
            try Violation.require(
                isKept && batch == state.batch(sequence),
                "batch \(sequence) is another, or was dropped")
        case .failure(.evicted(let named, let oldest)):
            let isRight = oldest == state.oldest || world.isNested
            try Violation.require(
                named == sequence && state.batch(sequence) != nil && sequence < state.cutoff
                    && isRight,
                "batch \(sequence) is said to be dropped, \(oldest ?? 0) to be the oldest")
        case .failure(.notFound(let named, let current)):
            try Violation.require(
                named == sequence && state.batch(sequence) == nil && current == state.current,
                "batch \(sequence) is said not to be there yet")
        case .failure(let error):
            try checkReadFailure(error, fired: fired)
        }
    }

    /// Looks at how far the store is, and which batches it keeps.
    func look() throws(Violation) {
        guard let store = readable else { return }
        let fired = world.plan.firedCount
        let (current, oldest, rule) = (
            store.currentSequence, store.oldestRetainedBatch, store.retention
        )
        let state = try visible
        try Violation.require(
            current <= state.current, "batch \(current) is seen before it is durable")
        // What cannot be applied is not seen.
        if world.isIndexFailing || world.plan.firedCount > fired { return }
        try Violation.require(
            current == state.current && (oldest == state.oldest || world.isNested)
                && rule == state.retention,
            "the store is at \(current) from \(oldest ?? 0), not at \(state.current) "
                + "from \(state.oldest ?? 0)")
    }

    // MARK: Following

    /// Somebody follows the batches, from where he stopped or from anywhere.
    func follow() throws(Violation) {
        guard let store = readable else { return }
        let random = world.random
        if followers.count < 3, followers.isEmpty || world.chance(20) {
            let first = UInt64(random.next(below: Int(try visible.current) + 3))
            let prefix = world.chance(50) ? [] : [KeySpace.prefix(random)]
            followers.append(Follower(subscription: nil, next: max(1, first), prefix: prefix))
        }
        let index = random.next(below: followers.count)
        world.trace.note("follows from \(followers[index].next)")
        let fired = world.plan.firedCount
        if followers[index].subscription == nil {
            let (next, prefix) = (followers[index].next, followers[index].prefix)
            let result = Result { () throws(StoreError) in
                try store.subscribe(selectors: [StoreSelector(prefix: prefix)], since: next)
            }
            switch result {
            case .success(let subscription): followers[index].subscription = subscription
            case .failure(let error): return try unfollow(index, error, fired)
            }
        }
        for _ in 0..<1 + random.next(below: 12) {
            guard try followOn(index, fired) else { break }
        }
        if world.chance(5) { followers.remove(at: index) }
    }

    /// One step; false when there is nothing more.
    private func followOn(_ index: Int, _ fired: Int) throws(Violation) -> Bool {
        guard let subscription = followers[index].subscription else { return false }
        let bytesMax = [1, 500, 4 << 20][world.random.next(below: 3)]
        let result = Result { () throws(StoreError) in
            try subscription.step(bytesMax: bytesMax)
        }
        let state = try visible
        let (next, prefix) = (followers[index].next, followers[index].prefix)
        let wanted = { (batch: StoreBatch) in batch.entries.filter { $0.key.starts(with: prefix) } }
        let end: UInt64
        switch result {
        case .success(.delivery(let delivery)):
            end = delivery.sequence
            guard let batch = state.batch(end), end >= next else {
                throw Violation("batch \(end) is delivered, \(next) is next")
            }
            try Violation.require(
                delivery.kind == batch.kind && delivery.entries == wanted(batch),
                "another batch \(end) is delivered")
        case .success(.looked):
            end = subscription.nextSequence
        case .success(.caughtUp(let sequence)):
            end = sequence + 1
            // What it began with may be to come.
            try Violation.require(
                sequence <= max(state.current, next - 1),
                "batch \(sequence) is seen before it is durable")
        case .failure(let error):
            try unfollow(index, error, fired)
            return false
        }
        for sequence in next..<max(next, end) {
            guard let batch = state.batch(sequence) else {
                throw Violation("batch \(sequence) is passed and not there")
            }
            try Violation.require(wanted(batch).isEmpty, "batch \(sequence) is passed over")
        }
        if case .success(.delivery) = result {
            followers[index].next = end + 1
            followers[index].seen = end
            return true
        }
        followers[index].next = max(next, end)
        if end > next { followers[index].seen = end - 1 }
        if case .success(.looked) = result { return true }
        return false
    }

    /// Somebody cannot follow: what comes next was dropped, or could not be read.
    private func unfollow(
        _ index: Int, _ error: StoreError, _ fired: Int
    ) throws(Violation) {
        followers[index].subscription = nil
        guard case .evicted(let sequence, let oldest) = error else {
            return try checkReadFailure(error, fired: fired)
        }
        let state = try visible
        let next = followers[index].next
        world.trace.note("-> evicted \(sequence)")
        // Whoever follows is told how it was when something was applied last.
        let isCurrent = oldest == state.oldest || world.isNested
        let isLate =
            store.map { $0.appliedSequence < state.current || $0.failure != nil } ?? true
        try Violation.require(
            sequence >= next && sequence < state.cutoff && (isCurrent || isLate),
            "batch \(sequence) is said to be dropped, \(oldest ?? 0) to be the oldest")
        followers[index].next = oldest ?? state.current + 1
    }
}
