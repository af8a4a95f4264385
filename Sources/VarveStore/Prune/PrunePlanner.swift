/// Decides, for one policy, which keys of its prefix go.
///
/// It is fed every key of the prefix, in any order, each once. It keeps nothing but, where the
/// latest keys of each group stay, those that may be among them; when they become too many, those
/// of the groups that are over, if the keys come in order and `GroupLayout` can tell which those
/// are, are forgotten. Thread rule: one thread at a time.
package final class PrunePlanner {
    /// The keys of a group that may stay.
    private struct Group {
        var latest = LatestKeys()
        /// How many bytes behind the prefix all keys of the group begin with.
        let headCount: Int
    }

    private let plan: PrunePlan
    private let limits: PruneLimits
    private let spans: KeyPattern.Spans
    private var groups: [[UInt8]: Group] = [:]
    private var comparedBytes = 0
    private var groupKey: [UInt8] = []
    private var layout = GroupLayout()
    private var hasForgotten = false
    /// What has been done so far.
    package private(set) var counts = PruneCounts()

    /// A planner that has seen no keys.
    package init(_ plan: PrunePlan, limits: PruneLimits = PruneLimits()) {
        self.plan = plan
        self.limits = limits
        spans = KeyPattern.allocateSpans(plan.spanCount)
    }

    deinit {
        spans.deallocate()
    }

    /// Takes the next key and returns the one that goes, if one does: this one or an earlier one.
    ///
    /// A key that does not begin with the prefix or does not match the pattern stays; so does one
    /// without a capture that the policy needs.
    /// - Throws: `invalidPolicy` when too much would have to be kept; nothing may be removed then.
    package func feed(_ key: UnsafeRawBufferPointer) throws(StoreError) -> StoreKey? {
        counts.scanned += 1
        guard let rest = StoreMatcher.rest(of: key, behind: plan.prefix),
            plan.pattern.capture(rest, into: spans)
        else {
            counts.unmatched += 1
            return nil
        }
        guard readGroup(rest) else {
            counts.withoutGroup += 1
            return nil
        }
        guard let order = plan.order else {
            // Without an order only a policy that drops everything is one.
            return remove(Array(key))
        }
        guard let bytes = spans[order.group].part(of: rest),
            let candidate = PruneCandidate(key: key, order: bytes, order.encoding)
        else {
            counts.withoutOrder += 1
            return nil
        }
        return try decide(candidate, key, rest)
    }

    /// The same for a key as a scan gives it.
    package func feed(_ key: StoreKey) throws(StoreError) -> StoreKey? {
        try key.withUnsafeBytes { key in
            Result { () throws(StoreError) in try feed(key) }
        }.get()
    }

    private func decide(
        _ candidate: PruneCandidate, _ key: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer
    ) throws(StoreError) -> StoreKey? {
        switch plan.retain {
        case .keepLatest(let count):
            let headCount = layout.add(key, rest, plan.groups, spans)
            return try keep(candidate, Group(headCount: headCount), count)
        case .greaterThan(let threshold):
            return Self.number(candidate.order) > threshold ? nil : remove(candidate.key)
        case .greaterThanOrEqual(let threshold):
            return Self.number(candidate.order) >= threshold ? nil : remove(candidate.key)
        case .dropAll:
            return remove(candidate.key)
        }
    }

    /// Takes a key of a group, which is the one of `groupKey` and `group` if it is the first.
    private func keep(
        _ candidate: PruneCandidate, _ group: Group, _ count: UInt64
    ) throws(StoreError) -> StoreKey? {
        // A key of a group that was forgotten may be among these.
        guard layout.isKept || !hasForgotten else { throw tooMuch }
        let isNew = groups[groupKey] == nil
        let old = groups[groupKey, default: group].latest.insert(candidate, limit: count)
        comparedBytes += candidate.byteCount - (old?.byteCount ?? 0)
        if isNew { comparedBytes += Self.byteCount(groupKey) }
        if comparedBytes > limits.comparedBytesMax, layout.isKept {
            forgetGroups(before: candidate)
        }
        guard comparedBytes <= limits.comparedBytesMax else { throw tooMuch }
        return old.map { remove($0.key) }
    }

    /// Forgets the groups that no key behind this one belongs to.
    private func forgetGroups(before candidate: PruneCandidate) {
        hasForgotten = true
        for (name, group) in groups {
            let head = group.latest.anyKey.prefix(plan.prefix.count + group.headCount)
            guard !candidate.key.starts(with: head) else { continue }
            comparedBytes -= group.latest.byteCount + Self.byteCount(name)
            groups[name] = nil
        }
    }

    /// What the name of a group takes, and its place.
    private static func byteCount(_ group: [UInt8]) -> Int { group.count + 128 }

    private var tooMuch: StoreError {
        .invalidPolicy(
            "the keys that may stay take more than \(limits.comparedBytesMax) bytes to compare, "
                + "and what they are grouped by does not lie at their beginning")
    }

    private func remove(_ key: StoreKey) -> StoreKey {
        counts.removed += 1
        return key
    }

    /// Reads the captures that make up the group; false when one took no part in the match.
    private func readGroup(_ rest: UnsafeRawBufferPointer) -> Bool {
        groupKey.removeAll(keepingCapacity: true)
        for group in plan.groups {
            guard let part = spans[group].part(of: rest) else { return false }
            StoredValue.append(count: part.count, to: &groupKey)
            groupKey += part
        }
        return true
    }

    /// The unsigned number of 8 big-endian bytes.
    private static func number(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
