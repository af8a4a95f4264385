/// The newest keys of one group, at most so many: a heap with the oldest on top.
struct LatestKeys {
    private var heap: [PruneCandidate] = []

    /// Without keys.
    init() {}

    /// How many there are.
    var count: Int { heap.count }

    /// What all of them take, as `PruneCandidate` says.
    var byteCount: Int { heap.reduce(0) { $0 + $1.byteCount } }

    /// One of the keys; empty when there is none.
    var anyKey: [UInt8] { heap.first?.key ?? [] }

    /// Takes a key that was not there, in O(log count).
    ///
    /// - Returns: the one that goes instead, which may be this one; nil while there is room.
    mutating func insert(_ candidate: PruneCandidate, limit: UInt64) -> PruneCandidate? {
        if UInt64(heap.count) < limit {
            heap.append(candidate)
            rise(from: heap.count - 1)
            return nil
        }
        guard let oldest = heap.first, oldest.isOlder(than: candidate) else { return candidate }
        heap[0] = candidate
        sink()
        return oldest
    }

    /// True when no key is older than the one above it; for tests.
    var isHeap: Bool {
        heap.indices.dropFirst().allSatisfy { !heap[$0].isOlder(than: heap[($0 - 1) / 2]) }
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, heap[place].isOlder(than: heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var oldest = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].isOlder(than: heap[oldest]) {
                oldest = child
            }
            guard oldest != place else { return }
            heap.swapAt(place, oldest)
            place = oldest
        }
    }
}
