// Patterns, selectors and prune policies: no pattern may trap or hang the compiler or the matcher,
// no text the matcher, and what is chosen begins with the selector's prefix.

import VarveStore

extension FuzzTarget {
    /// One byte each for the length of the prefix and of the pattern, then those, then the key; its
    /// second half serves as the value.
    static let storeMatching = FuzzTarget(name: "store-matching") { data, size in
        var input = FuzzInput(data, size)
        let prefix = Array(input.take(Int(input.takeByte() & 7)))
        let source = String(
            decoding: input.take(Int(input.takeByte())), as: UTF8.self)
        let value = UnsafeRawBufferPointer(rebasing: input.rest.suffix(input.rest.count / 2))
        let selector = StoreSelector(prefix: prefix, pattern: source)
        guard
            let matcher = try? StoreMatcher(
                selectors: [selector], filters: [.regex(source), .exact(prefix)])
        else { return 0 }
        let key = Array(input.rest)
        let isChosen = withExactCopy(input.rest) { key in
            withExactCopy(value) { matcher.matches(key: key, value: $0) }
        }
        if isChosen { demand(key.starts(with: prefix), "a chosen key begins with the prefix") }
        let plain = try? StoreMatcher(selectors: [StoreSelector(prefix: prefix)], filters: [])
        if key.starts(with: prefix) {
            demand(
                plain?.matches(StoreEntry(key: key, value: [])) == true,
                "the prefix alone is enough")
        }
        return 0
    }

    /// One byte for the encoding, one for the rule, one for the length of the pattern, the pattern,
    /// then keys: one byte for the length of each, and the key.
    static let prunePlan = FuzzTarget(name: "prune-plan") { data, size in
        var input = FuzzInput(data, size)
        let encoding = [PrunePolicy.Encoding.bytes, .uint64, .int64][Int(input.takeByte() % 3)]
        let count = UInt64(input.takeByte())
        let source = String(decoding: input.take(Int(input.takeByte())), as: UTF8.self)
        let policy = PrunePolicy(
            keys: PrunePolicy.Keys(
                selector: StoreSelector(pattern: source), groupBy: ["g"],
                orderBy: PrunePolicy.Order(captureGroup: "o", encoding: encoding)),
            retain: count == 255 ? .greaterThan(threshold: count) : .keepLatest(count: count))
        guard let plan = try? PrunePlan.plans(for: [policy]).first else { return 0 }
        let planner = PrunePlanner(plan)
        var keys: Set<[UInt8]> = []
        while !input.rest.isEmpty {
            let key = input.take(Int(input.takeByte() & 63))
            guard keys.insert(Array(key)).inserted else { continue }
            let gone = withExactCopy(key) { try? planner.feed($0) } ?? nil
            if let gone { demand(keys.contains(gone), "a key that goes was fed") }
        }
        let counts = planner.counts
        demand(
            counts.scanned
                >= counts.removed + counts.unmatched + counts.withoutGroup + counts.withoutOrder,
            "every key is counted once")
        let inOrder = keys.sorted { $0.lexicographicallyPrecedes($1) }
        var limits = PruneLimits()
        let whole = gone(of: inOrder, plan, limits)
        limits.comparedBytesMax = 600
        if let little = gone(of: inOrder, plan, limits) {
            demand(little == whole, "with little memory the same keys go, or none")
        }
        return 0
    }

    /// The keys that go; nil when deciding that takes too much memory.
    private static func gone(
        of keys: [[UInt8]], _ plan: PrunePlan, _ limits: PruneLimits
    ) -> Set<[UInt8]>? {
        let planner = PrunePlanner(plan, limits: limits)
        var gone: Set<[UInt8]> = []
        for key in keys {
            do throws(StoreError) {
                if let key = try planner.feed(key) { gone.insert(key) }
            } catch {
                return nil
            }
        }
        return gone
    }
}
