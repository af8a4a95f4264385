/// Listing streams by name, those in memory and those in the catalog alike.
extension StreamLoader {
    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, by name, to be
    /// looked at only. Waits for the disk.
    ///
    /// What is not resident is not made so: its object is the caller's alone, has the state of the
    /// catalog, and neither runs nor a source. Costs what the streams returned do, however many
    /// there are.
    func glance(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) throws(LogError) -> [LogStream] {
        // First those in memory: what is evicted after this look is found in the catalog, too.
        let resident = directory.list(prefix: prefix, after: after, limit: limit)
        var settled: [LogStream] = []
        guard limit > 0 else { return [] }
        try catalog.forEachName(prefix: Array(prefix), after: after.map { Array($0) }) {
            (id) throws(LogError) in
            if let stream = try glance(id) { settled.append(stream) }
            return settled.count < limit
        }
        return Self.merge(resident, settled, limit: limit)
    }

    /// A stream as it is; nil when it is deleted.
    private func glance(_ id: StreamID) throws(LogError) -> LogStream? {
        if let stream = directory.find(id) { return stream }
        guard !directory.isHidden(id), let stream = try catalog.stream(id) else { return nil }
        return try stream.makeStream(fold: fold, source: nil)
    }

    /// Both lists by name, of streams of one name the newest.
    private static func merge(
        _ resident: [LogStream], _ settled: [LogStream], limit: Int
    ) -> [LogStream] {
        var merged: [LogStream] = []
        var (left, right) = (resident[...], settled[...])
        while merged.count < limit, let next = earlier(left.first, right.first) {
            let known = left.first.flatMap {
                $0.nameBytes.hasSameBytes(as: next.nameBytes) ? $0 : nil
            }
            let found = right.first.flatMap {
                $0.nameBytes.hasSameBytes(as: next.nameBytes) ? $0 : nil
            }
            if known != nil { left.removeFirst() }
            if found != nil { right.removeFirst() }
            let isNewer = (found?.id.rawValue ?? 0) > (known?.id.rawValue ?? 0)
            merged.append((isNewer ? found : known) ?? next)
        }
        return merged
    }

    private static func earlier(_ left: LogStream?, _ right: LogStream?) -> LogStream? {
        guard let left, let right else { return left ?? right }
        return right.nameBytes.precedes(left.nameBytes) ? right : left
    }
}
