import Testing

@testable import VarveStore

@Suite("Which keys a prune policy removes")
struct PrunePlannerTests {
    /// The keys that go, in their order, and what was counted.
    private func prune(
        _ policy: PrunePolicy, _ keys: [[UInt8]], limits: PruneLimits = PruneLimits()
    ) throws -> (removed: [[UInt8]], counts: PruneCounts) {
        let plan = try #require(try PrunePlan.plans(for: [policy]).first)
        let planner = PrunePlanner(plan, limits: limits)
        var removed: [[UInt8]] = []
        for key in keys {
            if let gone = try planner.feed(key) { removed.append(gone) }
        }
        #expect(planner.counts.removed == UInt64(removed.count))
        #expect(planner.counts.scanned == UInt64(keys.count))
        return (removed.sorted { $0.lexicographicallyPrecedes($1) }, planner.counts)
    }

    private func key(_ name: String, _ version: UInt64) -> [UInt8] {
        [1] + Array(name.utf8) + [0x2f] + withUnsafeBytes(of: version.bigEndian) { Array($0) }
    }

    private func policy(
        _ retain: StoreRetention, encoding: PrunePolicy.Encoding = .uint64
    ) -> PrunePolicy {
        PrunePlanTests.policy(encoding: encoding, retain: retain)
    }

    @Test("of each group the latest keys stay, in whatever order they come")
    func keepLatest() throws {
        let keys = [key("a", 1), key("a", 300), key("a", 2), key("b", 7), key("a", 200)]
        for keys in [keys, keys.reversed()] {
            #expect(
                try prune(policy(.keepLatest(count: 1)), keys).removed
                    == [key("a", 1), key("a", 2), key("a", 200)])
            #expect(
                try prune(policy(.keepLatest(count: 2)), keys).removed
                    == [key("a", 1), key("a", 2)])
            #expect(try prune(policy(.keepLatest(count: 4)), keys).removed == [])
            #expect(try prune(policy(.keepLatest(count: .max)), keys).removed == [])
        }
    }

    @Test("the order is that of bytes, of unsigned or of signed numbers")
    func encodings() throws {
        let (minus, one) = (key("a", UInt64(bitPattern: -1)), key("a", 1))
        let latest = StoreRetention.keepLatest(count: 1)
        #expect(try prune(policy(latest, encoding: .uint64), [minus, one]).removed == [one])
        #expect(try prune(policy(latest, encoding: .int64), [minus, one]).removed == [minus])
        #expect(try prune(policy(latest, encoding: .bytes), [minus, one]).removed == [one])
        let text = PrunePlanTests.policy(
            pattern: "^(?P<version>.*)$", groupBy: [], encoding: .bytes, retain: latest)
        #expect(
            try prune(text, [[1, 9], [1], [1, 9, 0], [1, 8, 9]]).removed == [
                [1], [1, 8, 9], [1, 9],
            ])
    }

    @Test("of equal orders the higher key stays")
    func ties() throws {
        let tie = PrunePlanTests.policy(pattern: "^.(?P<version>.)", groupBy: [], encoding: .bytes)
        let keys: [[UInt8]] = [[1, 5, 7], [1, 6, 7], [1, 4, 7]]
        for keys in [keys, keys.reversed()] {
            #expect(try prune(tie, keys).removed == [[1, 4, 7], [1, 5, 7]])
        }
    }

    @Test("a threshold keeps what is greater, or also what is equal")
    func thresholds() throws {
        let keys = [key("a", 4), key("a", 5), key("b", 6), key("b", .max)]
        #expect(
            try prune(policy(.greaterThan(threshold: 5)), keys).removed == [
                key("a", 4), key("a", 5),
            ])
        #expect(
            try prune(policy(.greaterThanOrEqual(threshold: 5)), keys).removed == [key("a", 4)])
        #expect(try prune(policy(.greaterThan(threshold: .max)), keys).removed.count == 4)
        #expect(
            try prune(policy(.greaterThanOrEqual(threshold: .max)), keys).removed.count == 3)
        #expect(try prune(policy(.greaterThanOrEqual(threshold: 0)), keys).removed == [])
    }

    @Test("dropping all removes every key that the pattern matches, with or without an order")
    func dropAll() throws {
        let keys = [key("a", 4), key("b", 5), [1, 0x61]]
        let (removed, counts) = try prune(policy(.dropAll), keys)
        #expect(removed == [key("a", 4), key("b", 5)])
        #expect(counts.unmatched == 1)
        let plain = PrunePlanTests.policy(
            pattern: nil, groupBy: [], orderBy: nil, retain: .dropAll)
        #expect(try prune(plain, keys).removed.count == 3)
    }

    @Test("keys behind another prefix, and keys that the pattern does not match, are left alone")
    func others() throws {
        let other = [UInt8(2)] + key("a", 1).dropFirst()
        let (removed, counts) = try prune(
            policy(.keepLatest(count: 1)), [other, key("a", 1), [1], [], key("a", 2), [1, 0x2f]])
        #expect(removed == [key("a", 1)])
        #expect(counts.unmatched == 4)
    }

    @Test("a key without one of the captures to group by is left alone and counted")
    func missingGroup() throws {
        let optional = PrunePlanTests.policy(
            pattern: "(?s)^(?:n(?P<name>.))?v(?P<version>.{8})$",
            retain: .greaterThan(threshold: .max))
        let version = [UInt8](repeating: 0, count: 8)
        let (with, without) = ([UInt8]([1, 0x6e, 0x61, 0x76]) + version, [1, 0x76] + version)
        let (removed, counts) = try prune(optional, [with, without])
        #expect(removed == [with])
        #expect(counts.withoutGroup == 1 && counts.withoutOrder == 0)
    }

    @Test("an empty capture to group by is a group like any other")
    func emptyGroup() throws {
        #expect(
            try prune(policy(.keepLatest(count: 1)), [key("", 1), key("", 2), key("a", 1)]).removed
                == [key("", 1)])
    }

    @Test("a key whose order is missing or has not 8 bytes is left alone and counted")
    func missingOrder() throws {
        let loose = "(?s)^(?P<name>[a-z])(?P<version>.+)?$"
        let eight = [UInt8](repeating: 3, count: 8)
        let keys: [[UInt8]] = [
            [1, 0x61], [1, 0x61, 1, 2, 3], [1, 0x61] + eight, [1, 0x61] + eight + [4],
        ]
        for encoding: PrunePolicy.Encoding in [.uint64, .int64] {
            let (removed, counts) = try prune(
                PrunePlanTests.policy(pattern: loose, encoding: encoding), keys)
            #expect(removed == [])
            #expect(counts.withoutOrder == 3)
        }
        let (removed, counts) = try prune(
            PrunePlanTests.policy(pattern: loose, encoding: .bytes), keys)
        #expect(removed == [keys[1], keys[2]])
        #expect(counts.withoutOrder == 1)
        let dropped = try prune(PrunePlanTests.policy(pattern: loose, retain: .dropAll), keys)
        #expect(dropped.removed == [keys[2]] && dropped.counts.withoutOrder == 3)
    }

    @Test("groups are told apart however their captures run together")
    func groupBoundaries() throws {
        let two = PrunePlanTests.policy(
            pattern: "^(?P<first>a*)-(?P<name>a*)/(?P<version>.)", groupBy: ["first", "name"],
            encoding: .bytes)
        let keys = ["aa-a/1", "a-aa/2", "-aaa/3", "aaa-/4"].map { [1] + Array($0.utf8) }
        #expect(try prune(two, keys).removed == [])
    }

    @Test("what must be kept for comparing is bounded")
    func memory() throws {
        var limits = PruneLimits()
        limits.comparedBytesMax = 20_000
        let same = (0..<10_000).map { key("a", UInt64($0)) }
        #expect(
            try prune(policy(.keepLatest(count: 1)), same, limits: limits).removed.count == 9999)
        #expect(
            try prune(policy(.keepLatest(count: 50)), same.reversed(), limits: limits).removed.count
                == 9950)
        #expect(throws: StoreError.self) {
            try prune(policy(.keepLatest(count: .max)), same, limits: limits)
        }
        let different = (0..<1000).map { key("\($0)", 1) }
        #expect(throws: StoreError.self) {
            try prune(policy(.keepLatest(count: 1)), different, limits: limits)
        }
        #expect(
            try prune(policy(.greaterThan(threshold: 5)), different, limits: limits).removed.count
                == 1000)
    }

    @Test("the keys that go are those that sorting each group says")
    func plainModel() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var keys: Set<[UInt8]> = []
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let version = UInt64.random(in: 0...20, using: &random)
                let signed = Bool.random(using: &random) ? version : 0 &- version
                keys.insert(key(["a", "b", "", "c/"].randomElement() ?? "", signed))
            }
            let encoding = [PrunePolicy.Encoding.bytes, .uint64, .int64].randomElement() ?? .bytes
            let count = Int.random(in: 1...8, using: &random)
            var expected: [[UInt8]] = []
            for group in Dictionary(grouping: keys, by: { $0.dropLast(8) }).values {
                let sorted = group.sorted { left, right in
                    encoding == .int64
                        ? signed(left) < signed(right) : left.lexicographicallyPrecedes(right)
                }
                expected += sorted.dropLast(count)
            }
            expected.sort { $0.lexicographicallyPrecedes($1) }
            let removed = try prune(
                policy(.keepLatest(count: UInt64(count)), encoding: encoding),
                keys.shuffled(using: &random)
            ).removed
            #expect(removed == expected)
        }
    }

    private func signed(_ key: [UInt8]) -> Int64 {
        Int64(bitPattern: key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Keys of many groups, in order.
    private func manyKeys(_ name: (Int) -> String) -> [[UInt8]] {
        (0..<1000).flatMap { number in (1...3).map { key(name(number), $0) } }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test("groups at the beginning of keys in order take the memory of one, however many they are")
    func groupsInOrder() throws {
        var limits = PruneLimits()
        limits.comparedBytesMax = 4096
        let keys = manyKeys { "\($0)" }
        let expected = keys.filter { $0.last != 3 }
        #expect(
            try prune(policy(.keepLatest(count: 1)), keys, limits: limits).removed == expected)
        // One is the beginning of another, with keys on both sides of it.
        let nested = manyKeys { String(repeating: "a", count: $0 % 50 + 1) + "/\($0)" }
        let names = PrunePlanTests.policy(
            pattern: "(?s)^(?P<name>a*)/(?P<rest>[0-9]*)/(?P<version>.{8})$",
            groupBy: ["rest", "name"])
        #expect(
            try prune(names, nested, limits: limits).removed == nested.filter { $0.last != 3 })
    }

    @Test("what would take too much memory is refused, where no order tells that a group is over")
    func groupsWithoutOrder() throws {
        var limits = PruneLimits()
        limits.comparedBytesMax = 4096
        let keys = manyKeys { "\($0)" }
        func isRefused(_ policy: PrunePolicy, _ keys: [[UInt8]]) -> Bool {
            do {
                _ = try prune(policy, keys, limits: limits)
                return false
            } catch let error as StoreError {
                return error.code == "invalid-policy"
            } catch {
                return false
            }
        }
        #expect(isRefused(policy(.keepLatest(count: 1)), keys.reversed()))
        #expect(isRefused(policy(.keepLatest(count: 1)), keys + [keys[0]]))
        // More keys may stay of one group than there is room for.
        #expect(
            isRefused(
                PrunePlanTests.policy(groupBy: [], retain: .keepLatest(count: 100)), keys))
        // The group does not come first.
        #expect(
            isRefused(
                PrunePlanTests.policy(
                    pattern: "(?s)^(?P<first>.)(?P<name>.*)/(?P<version>.{8})$"), keys))
        // What comes before it differs, or two captures change places.
        #expect(
            isRefused(
                PrunePlanTests.policy(
                    pattern: "(?s)^(?:[0-4]|)(?P<name>.*)/(?P<version>.{8})$"), keys))
    }

    @Test("random keys in order lose the same with little memory as with much")
    func littleMemory() throws {
        var random = SystemRandomNumberGenerator()
        var limits = PruneLimits()
        limits.comparedBytesMax = 3000
        var refusals = 0
        for pattern in [
            "^(?P<name>a*)(?P<version>.*)$", "^x(?P<name>[a-c]{2})(?P<version>.*)$",
            "^(?P<name>.{0,2}?)c?(?P<version>.*)$", "^(?P<version>.)(?P<name>.*)$",
        ] {
            for _ in 0..<20 {
                var keys: Set<[UInt8]> = []
                for _ in 0..<200 {
                    let length = Int.random(in: 0...6, using: &random)
                    keys.insert(
                        [0x78] + (0..<length).map { _ in UInt8.random(in: 0x61...0x63) })
                }
                let sorted = keys.sorted { $0.lexicographicallyPrecedes($1) }
                let policy = PrunePlanTests.policy(
                    prefix: pattern.hasPrefix("^x") ? [] : [0x78], pattern: pattern,
                    encoding: .bytes, retain: .keepLatest(count: 1))
                let expected = try prune(policy, sorted).removed
                do {
                    #expect(try prune(policy, sorted, limits: limits).removed == expected)
                } catch is StoreError {
                    refusals += 1
                }
            }
        }
        #expect(refusals < 60)
    }

    @Test("the latest of a group are a heap at every step")
    func heap() throws {
        var random = SystemRandomNumberGenerator()
        for limit in [1, 2, 3, 7, 20] as [UInt64] {
            var (latest, kept) = (LatestKeys(), [[UInt8]]())
            for _ in 0..<100 {
                let key = (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) }
                let candidate = try #require(
                    key.withUnsafeBytes { PruneCandidate(key: $0, order: $0, .bytes) })
                let gone = latest.insert(candidate, limit: limit)
                kept = (kept + [key]).sorted { $0.lexicographicallyPrecedes($1) }
                if kept.count > Int(limit) {
                    #expect(gone?.key == kept.removeFirst())
                } else {
                    #expect(gone == nil)
                }
                #expect(latest.isHeap && latest.count == kept.count)
            }
        }
    }

    @Test("random keys and patterns never trap, and each key goes at most once")
    func randomKeys() throws {
        var random = SystemRandomNumberGenerator()
        let patterns = [
            "(?P<name>.)?(?P<version>.*)", "(?s)(?P<name>a|b)*(?P<version>.{8})",
            "(?P<version>)(?P<name>)", "(?s)(?P<name>.*?)(?P<version>[^a]{8}).*$",
        ]
        for pattern in patterns {
            for encoding: PrunePolicy.Encoding in [.bytes, .uint64, .int64] {
                var keys: Set<[UInt8]> = []
                for _ in 0..<100 {
                    let length = Int.random(in: 0...20, using: &random)
                    keys.insert((0..<length).map { _ in UInt8.random(in: 0x5f...0x63) })
                }
                let policy = PrunePlanTests.policy(
                    prefix: [], pattern: pattern, encoding: encoding,
                    retain: .keepLatest(count: 2))
                let removed = try prune(policy, Array(keys)).removed
                #expect(Set(removed).count == removed.count)
                #expect(keys.isSuperset(of: removed))
            }
        }
    }
}
