import Testing

@testable import VarveServer

@Suite("A bound on bytes in memory")
struct ByteBudgetTests {
    @Test("shares are had up to the limit, and again when they are given back")
    func sharesAreGivenBack() {
        let budget = ByteBudget(limit: 100)
        var first = budget.take(60)
        let second = budget.take(40)
        #expect(first != nil && second != nil)
        #expect(!budget.hasRoom(for: 1))
        #expect(budget.take(1) == nil)
        first = nil
        #expect(budget.hasRoom(for: 60) && !budget.hasRoom(for: 61))
        #expect(budget.take(61) == nil)
        #expect(budget.take(60) != nil)
        withExtendedLifetime(second) {}
    }

    @Test("alone, a share may be larger than the limit, and nobody has one beside it")
    func aloneAShareMayBeLarger() {
        let budget = ByteBudget(limit: 100)
        var large = budget.take(1000)
        #expect(large != nil)
        #expect(budget.take(0) == nil)
        large = nil
        #expect(budget.take(1000) != nil)
    }
}
