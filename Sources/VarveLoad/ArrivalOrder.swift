/// Whether the records of a stream arrive once each and in the order in which they were sent.
///
/// That order is known for the records of one writer only. Those of several writers travel on
/// connections of their own, which the server may read in any order: under load it often takes a
/// record before one that another writer sent a little earlier.
struct ArrivalOrder {
    /// For each writer the last record that arrived; nil before its first.
    private var last: [RecordNumber?]

    /// Nothing has arrived from any of so many writers.
    init(writers: Int) {
        last = Array(repeating: nil, count: writers)
    }

    /// Notes an arrival; false when the record came before, or after a later one of its writer.
    mutating func note(_ number: RecordNumber) -> Bool {
        guard last.indices.contains(number.writer) else { return false }
        let isNext = last[number.writer].map { number.rawValue > $0.rawValue } ?? true
        last[number.writer] = number
        return isNext
    }
}
