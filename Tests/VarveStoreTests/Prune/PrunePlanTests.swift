import Testing

@testable import VarveStore

@Suite("Checks of prune policies")
struct PrunePlanTests {
    /// A policy that is right, to be made wrong.
    static func policy(
        prefix: [UInt8] = [1], pattern: String? = "(?s)^(?P<name>.*)/(?P<version>.{8})$",
        groupBy: [String] = ["name"], orderBy: String? = "version",
        encoding: PrunePolicy.Encoding = .uint64, retain: StoreRetention? = .keepLatest(count: 1)
    ) -> PrunePolicy {
        PrunePolicy(
            keys: PrunePolicy.Keys(
                selector: StoreSelector(prefix: prefix, pattern: pattern), groupBy: groupBy,
                orderBy: orderBy.map {
                    PrunePolicy.Order(captureGroup: $0, encoding: encoding)
                }), retain: retain)
    }

    /// What is said against the policies; nil when nothing is.
    private func fault(_ policies: [PrunePolicy]) -> String? {
        do throws(StoreError) {
            _ = try PrunePlan.plans(for: policies)
            return nil
        } catch {
            guard case .invalidPolicy(let detail, _) = error else { return "another error" }
            return detail
        }
    }

    @Test("a policy that is right passes, and so do none")
    func right() {
        #expect(fault([]) == nil)
        #expect(fault([Self.policy()]) == nil)
        #expect(fault([Self.policy(groupBy: [])]) == nil)
        #expect(
            fault([Self.policy(pattern: nil, groupBy: [], orderBy: nil, retain: .dropAll)]) == nil)
        for encoding: PrunePolicy.Encoding in [.bytes, .uint64, .int64] {
            #expect(fault([Self.policy(encoding: encoding)]) == nil)
        }
    }

    @Test("keys, selector and retain are required")
    func required() throws {
        #expect(
            fault([PrunePolicy(keys: nil, retain: .dropAll)]) == "policies[0]: keys is required")
        var policy = Self.policy()
        policy.keys?.selector = nil
        #expect(fault([policy]) == "policies[0]: keys.selector is required")
        #expect(fault([Self.policy(retain: nil)]) == "policies[0]: retain is required")
    }

    @Test("keeping the latest needs a count above 0 and an order")
    func keepLatest() {
        #expect(fault([Self.policy(retain: .keepLatest(count: 0))])?.contains("above 0") == true)
        #expect(fault([Self.policy(orderBy: nil)])?.contains("order_by") == true)
    }

    @Test("thresholds need an order by unsigned numbers")
    func thresholds() {
        let retains: [StoreRetention] = [
            .greaterThan(threshold: 0), .greaterThanOrEqual(threshold: 0),
        ]
        for retain in retains {
            #expect(fault([Self.policy(retain: retain)]) == nil)
            #expect(
                fault([Self.policy(orderBy: nil, retain: retain)])?.contains("order_by") == true)
            for encoding: PrunePolicy.Encoding in [.bytes, .int64] {
                #expect(
                    fault([Self.policy(encoding: encoding, retain: retain)])?.contains("U64_BE")
                        == true)
            }
        }
    }

    @Test("capture groups exist in the pattern and are named once")
    func captureGroups() {
        #expect(fault([Self.policy(groupBy: ["other"])])?.contains("\"other\"") == true)
        #expect(fault([Self.policy(orderBy: "other")])?.contains("\"other\"") == true)
        #expect(fault([Self.policy(groupBy: ["name", "name"])])?.contains("twice") == true)
        #expect(fault([Self.policy(groupBy: [""])]) != nil)
        #expect(fault([Self.policy(pattern: nil)]) != nil)
        #expect(fault([Self.policy(groupBy: ["name", "version"])]) == nil)
        #expect(
            fault([Self.policy(pattern: "(?P<name>a)(?P<name>b)(?P<version>c)")])?
                .contains("same name") == true)
        #expect(fault([Self.policy(pattern: "(")])?.contains("policies[0]: the pattern") == true)
    }

    @Test("no two prefixes are equal or nested, whatever their order")
    func prefixes() {
        func policies(_ prefixes: [[UInt8]]) -> [PrunePolicy] {
            prefixes.map { Self.policy(prefix: $0) }
        }
        #expect(fault(policies([[1], [2], [3, 1], [3, 2]])) == nil)
        #expect(fault(policies([[1], [2], [1]]))?.contains("policies[0] and policies[2]") == true)
        #expect(fault(policies([[1], [1, 2]]))?.contains("nested") == true)
        #expect(fault(policies([[1, 2], [1]]))?.contains("nested") == true)
        #expect(fault(policies([[], [1]]))?.contains("nested") == true)
        #expect(fault([Self.policy(prefix: [UInt8](repeating: 0, count: 255))]) != nil)
    }

    @Test("one wrong policy refuses all, and is named by its place")
    func allOrNone() {
        let fault = fault([
            Self.policy(prefix: [1]), Self.policy(prefix: [2], retain: .keepLatest(count: 0)),
        ])
        #expect(fault?.hasPrefix("policies[1]: ") == true)
    }

    @Test("there is a limit to the number of policies")
    func count() {
        let policies = (0..<65).map { Self.policy(prefix: [UInt8($0)]) }
        #expect(fault(Array(policies.dropLast())) == nil)
        #expect(fault(policies)?.contains("65") == true)
    }
}
