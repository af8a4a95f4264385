import VarveIndex
import VarveLog
import VarveSimulation
import VarveStore
import VarveStreams

/// What must hold after every opening, and at any other moment.
extension KeyWorld {
    /// The rows of an index, its own included.
    private typealias Rows = [[UInt8]: [UInt8]]

    /// Compares the whole store with the model.
    func check() throws(Violation) {
        guard let store else { return }
        let fired = world.plan.firedCount
        try look()
        let state = try visible
        for sequence in 0...state.current + 1 { try readBatch(sequence) }
        let result = Result { () throws(StoreError) in
            try Self.rows(of: try store.snapshot())
        }
        switch result {
        case .success(let rows):
            try compare(rows, with: state)
            if world.chance(40) { try checkRebuilt(store) }
        case .failure(let error): try checkReadFailure(error, fired: fired)
        }
    }

    /// Every key has its value and the sequence that wrote it, and there are no others.
    private func compare(_ rows: Rows, with state: KeyModel.State) throws(Violation) {
        var found = 0
        for (key, value) in rows where key.first == 1 {
            found += 1
            let sequence = value.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let row = KeyModel.Row(value: Array(value.dropFirst(8)), sequence: sequence)
            let expected = state.rows[Array(key.dropFirst())]
            try Violation.require(
                row == expected,
                "the key \(key.dropFirst().prefix(12)) has what batch \(sequence) wrote, not "
                    + "\(expected.map { "what batch \($0.sequence) wrote" } ?? "nothing")")
        }
        try Violation.require(
            found == state.rows.count, "\(found) keys are there, not \(state.rows.count)")
    }

    /// An index that is made anew from the log has the same rows; or the log says that it lacks
    /// what it has dropped.
    private func checkRebuilt(_ store: Store) throws(Violation) {
        let log = try world.open.log
        // Opening waits for a trim that will not be durable any more.
        if log.failure != nil { return }
        let fired = world.plan.firedCount
        let result = Result { () throws(StoreError) in
            let other = try Store(on: log, indexes: MemoryIndexSource(), options: swarm.options)
            defer { other.close() }
            let rebuilt = try Self.rows(of: try other.snapshot())
            // Only now: opening made the log write.
            return (rebuilt, try Self.rows(of: try store.snapshot()))
        }
        let state = try visible
        switch result {
        case .success(let (rebuilt, rows)):
            try Violation.require(
                state.first == 1 || state.current == 0, "an index was made of less than is needed")
            let key = Set(rebuilt.keys).union(rows.keys).filter { rebuilt[$0] != rows[$0] }.min {
                $0.lexicographicallyPrecedes($1)
            }
            try Violation.require(
                key == nil,
                "an index made anew from the log differs in \(key ?? []): "
                    + "\(rebuilt[key ?? []] ?? []), not \(rows[key ?? []] ?? [])")
        case .failure(.index(let detail)):
            try Violation.require(
                model.mayLackEvents || world.isIndexFailing,
                "an index cannot be made from the log: \(detail)")
        case .failure(let error):
            try checkReadFailure(error, fired: fired)
        }
    }

    private static func rows(of snapshot: StoreSnapshot) throws(StoreError) -> Rows {
        var rows: Rows = [:]
        do throws(IndexError) {
            try snapshot.reader.scan(.all) { key, value in
                rows[Array(key)] = Array(value)
                return true
            }
        } catch {
            throw .index(error.description)
        }
        return rows
    }
}
