/// A policy that was checked: what a planner needs to decide which keys go.
package struct PrunePlan: Sendable {
    /// Where the bytes are that keys are ordered by.
    struct Order: Sendable {
        /// The number of the pattern's group.
        let group: Int
        /// What its bytes are.
        let encoding: PrunePolicy.Encoding
    }

    /// How the keys begin that are to be fed to the planner, all others being of no interest.
    package let prefix: [UInt8]
    /// The pattern for the rest of the key.
    let pattern: KeyPattern
    /// The numbers of the pattern's groups that keys are grouped by.
    let groups: [Int]
    /// What keys are ordered by; nil where nothing is compared.
    let order: Order?
    /// Which keys stay.
    let retain: StoreRetention

    /// How many spans a match must find.
    var spanCount: Int { max(groups.max() ?? 0, order?.group ?? 0) + 1 }

    /// Checks all policies of a call; if one is wrong, none may be applied.
    /// - Throws: `invalidPolicy`, which names the policy by its place.
    package static func plans(
        for policies: [PrunePolicy], limits: PruneLimits = PruneLimits()
    ) throws(StoreError) -> [PrunePlan] {
        guard policies.count <= limits.policiesMax else {
            throw .invalidPolicy(
                "there are \(policies.count) of them; at most \(limits.policiesMax) may be")
        }
        var plans: [PrunePlan] = []
        for (index, policy) in policies.enumerated() {
            do throws(PolicyFault) {
                plans.append(try PrunePlan(policy))
            } catch {
                throw .invalidPolicy(
                    "policies[\(index)]: \(error.detail)", field: "policies[\(index)]\(error.part)")
            }
        }
        try checkPrefixes(plans)
        return plans
    }

    /// What is wrong with one policy.
    private struct PolicyFault: Error {
        let detail: String
        /// The path to the part that is wrong, behind that to the policy.
        let part: String

        init(_ detail: String, _ part: String) {
            self.detail = detail
            self.part = part
        }
    }

    private init(_ policy: PrunePolicy) throws(PolicyFault) {
        guard let keys = policy.keys else { throw PolicyFault("keys is required", ".keys") }
        guard let selector = keys.selector else {
            throw PolicyFault("keys.selector is required", ".keys.selector")
        }
        guard let retain = policy.retain else { throw PolicyFault("retain is required", ".retain") }
        guard selector.prefix.count <= StoreLimits.keyBytesMax else {
            throw PolicyFault(
                "the prefix has \(selector.prefix.count) bytes; a key has at most "
                    + "\(StoreLimits.keyBytesMax)", ".keys.selector.prefix")
        }
        do throws(StoreError) {
            pattern = try KeyPattern(selector.pattern ?? "")
        } catch {
            throw PolicyFault(error.description, ".keys.selector.payload_regex")
        }
        prefix = selector.prefix
        self.retain = retain
        guard Set(keys.groupBy.map { Array($0.utf8) }).count == keys.groupBy.count else {
            throw PolicyFault(
                "group_by names a capture group twice", ".keys.group_by.capture_groups")
        }
        var groups: [Int] = []
        for (index, name) in keys.groupBy.enumerated() {
            let part = ".keys.group_by.capture_groups[\(index)]"
            groups.append(try Self.group(name, of: pattern, "group_by", part))
        }
        self.groups = groups
        if let order = keys.orderBy {
            self.order = Order(
                group: try Self.group(
                    order.captureGroup, of: pattern, "order_by", ".keys.order_by.capture_group"),
                encoding: order.encoding)
        } else {
            order = nil
        }
        try checkRetain()
    }

    private static func group(
        _ name: String, of pattern: KeyPattern, _ user: String, _ part: String
    ) throws(PolicyFault) -> Int {
        guard let group = pattern.group(named: name) else {
            throw PolicyFault(
                "\(user) names the capture group \"\(name)\", which \"\(pattern.source)\" has not",
                part)
        }
        return group
    }

    private func checkRetain() throws(PolicyFault) {
        switch retain {
        case .keepLatest(let count):
            guard count > 0 else {
                throw PolicyFault(
                    "keep_latest needs a count above 0", ".retain.keep_latest.count")
            }
            guard order != nil else {
                throw PolicyFault("keep_latest needs order_by", ".keys.order_by")
            }
        case .greaterThan, .greaterThanOrEqual:
            guard let order else {
                throw PolicyFault("a threshold needs order_by", ".keys.order_by")
            }
            guard order.encoding == .uint64 else {
                throw PolicyFault(
                    "a threshold needs order_by with the encoding U64_BE",
                    ".keys.order_by.encoding")
            }
        case .dropAll:
            break
        }
    }

    /// Refuses policies that would speak about the same keys.
    private static func checkPrefixes(_ plans: [PrunePlan]) throws(StoreError) {
        for (index, plan) in plans.enumerated() {
            for (other, earlier) in plans[..<index].enumerated()
            where plan.prefix.starts(with: earlier.prefix)
                || earlier.prefix.starts(with: plan.prefix)
            {
                throw .invalidPolicy(
                    "the prefixes of policies[\(other)] and policies[\(index)] are equal or nested",
                    field: "policies[\(index)].keys.selector.prefix")
            }
        }
    }
}
