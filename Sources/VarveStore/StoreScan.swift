/// A range of keys with their values, pulled one by one, all of one moment.
///
/// Memory does not grow with the range. Thread rule: one thread at a time.
public final class StoreScan {
    /// The sequence of the newest batch that it shows.
    public let sequence: UInt64
    private let pull: () throws(StoreError) -> StoreEntry?
    private var isOver = false

    /// A scan that takes its entries from `pull` until that gives nil or throws.
    package init(sequence: UInt64, pull: @escaping () throws(StoreError) -> StoreEntry?) {
        self.sequence = sequence
        self.pull = pull
    }

    /// The next entry; nil behind the last one, and from then on.
    /// - Throws: `index`; the scan is over then.
    public func next() throws(StoreError) -> StoreEntry? {
        if isOver { return nil }
        do throws(StoreError) {
            let entry = try pull()
            isOver = entry == nil
            return entry
        } catch {
            isOver = true
            throw error
        }
    }
}
