/// What has arrived and was not taken yet, oldest first, with the memory that it needs.
struct LiveQueue<Element> {
    private var elements: [(element: Element, byteCount: Int)?] = []
    private var takenCount = 0
    /// How many bytes the elements keep in memory, as far as they said.
    private(set) var byteCount = 0

    /// So many elements are taken before the rest moves up.
    private static var takenCountMax: Int { 1024 }

    /// How many elements there are.
    var count: Int { elements.count - takenCount }

    /// Adds the newest element, which keeps so many bytes in memory.
    mutating func append(_ element: Element, byteCount: Int) {
        elements.append((element, byteCount))
        self.byteCount += byteCount
    }

    /// The oldest element; nil when there is none. O(1) on average.
    mutating func take() -> Element? {
        guard takenCount < elements.count, let oldest = elements[takenCount] else { return nil }
        elements[takenCount] = nil
        takenCount += 1
        byteCount -= oldest.byteCount
        if takenCount == elements.count || takenCount == Self.takenCountMax {
            elements.removeFirst(takenCount)
            takenCount = 0
        }
        return oldest.element
    }
}
