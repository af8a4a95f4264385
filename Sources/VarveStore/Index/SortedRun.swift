import VarveBytes
import VarveIndex

/// The puts of one large batch in the order of their keys, of each key the last one.
struct SortedRun {
    /// One put: views into the batch.
    private struct Item {
        /// The first eight bytes of the key, the shorter one filled with zeros: most comparisons
        /// end here.
        var prefix: UInt64
        var key: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
        /// Its place in the batch.
        var index: Int

        static func precedes(_ left: Item, _ right: Item) -> Bool {
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            if left.key.sortsBefore(right.key) { return true }
            return left.key.equals(right.key) && left.index < right.index
        }
    }

    private let image: BatchImage
    private var items: [Item] = []

    /// Sorts the puts of `image`. O(n log n).
    init(of image: BatchImage) {
        self.image = image
        items.reserveCapacity(image.count)
        image.forEach { key, value in
            items.append(
                Item(prefix: Self.prefix(of: key), key: key, value: value, index: items.count))
        }
        items.sort(by: Item.precedes)
    }

    /// Adds them to `change`, in order.
    func add(to change: inout IndexChange) throws(IndexError) {
        let sequence = image.sequence.bigEndian
        for (place, item) in items.enumerated() {
            let isLast = place + 1 == items.count || !items[place + 1].key.equals(item.key)
            if isLast { try change.put(item.key, item.value, sequence) }
        }
    }

    private static func prefix(of key: UnsafeRawBufferPointer) -> UInt64 {
        if key.count >= 8 { return UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)) }
        return key.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << UInt64(8 * (8 - key.count))
    }
}
