import Testing

@testable import VarveClient

@Suite struct LiveQueueTests {
    @Test func `elements leave in the order in which they came, and give their memory back`() {
        var queue = LiveQueue<Int>()
        var next = 0
        var taken = 0
        for round in 1...60 {
            for _ in 0..<round {
                queue.append(next, byteCount: next)
                next += 1
            }
            for _ in 0..<(round - 1) {
                #expect(queue.take() == taken)
                taken += 1
            }
            #expect(queue.count == next - taken)
            #expect(queue.byteCount == (taken..<next).reduce(0, +))
        }
        while let element = queue.take() {
            #expect(element == taken)
            taken += 1
        }
        #expect(taken == next)
        #expect(queue.count == 0)
        #expect(queue.byteCount == 0)
    }
}
