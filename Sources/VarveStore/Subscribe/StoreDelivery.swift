/// What a subscription chose of one batch.
///
/// It shares the batch with all others who got it. Thread rule: any thread.
public struct StoreDelivery: Sendable {
    private let image: BatchImage
    /// The numbers of the entries that were chosen, ascending; nil for all.
    private let chosen: [UInt32]?

    init(_ image: BatchImage, chosen: [UInt32]?) {
        self.image = image
        self.chosen = chosen
    }

    /// The sequence of the batch.
    public var sequence: UInt64 { image.sequence }

    /// What the batch does with its keys.
    public var kind: StoreBatch.Kind { image.kind }

    /// How many entries were chosen.
    public var count: Int { chosen?.count ?? image.count }

    /// About how many bytes they have; at most those of the batch.
    package var byteCountMax: Int { image.byteCount }

    /// Calls `body` with the chosen keys and their values, in the order of the batch. The memory is
    /// valid during the call.
    package func forEach<E: Error>(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        guard let chosen else { return try image.forEach(body) }
        var number: UInt32 = 0
        var next = 0
        try image.forEach { (key, value) throws(E) in
            defer { number += 1 }
            guard next < chosen.count, chosen[next] == number else { return }
            next += 1
            try body(key, value)
        }
    }

    /// The chosen entries as values of their own.
    public var entries: [StoreEntry] {
        var entries: [StoreEntry] = []
        entries.reserveCapacity(count)
        forEach { key, value in
            entries.append(StoreEntry(key: Array(key), value: Array(value)))
        }
        return entries
    }
}
