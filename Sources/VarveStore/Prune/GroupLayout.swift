import VarveBytes
import CRE2

/// How the captures that keys are grouped by lie in keys that come in order, as long as it is the
/// same in all of them: one behind the other with the same bytes before and between them.
///
/// All keys of a group then begin with the same bytes, up to the end of its last capture, so that
/// a group is over at the first key that does not begin with them.
struct GroupLayout {
    /// Whether every key so far had the layout and came behind the one before it.
    private(set) var isKept = true
    private var lastKey: [UInt8] = []
    private var hasSeenKey = false
    /// The groups of the pattern in the order in which their captures lie.
    private var places: [Int] = []
    /// The bytes before each of the captures, behind the one before it.
    private var gaps: [[UInt8]] = []

    /// The layout of no key yet.
    init() {}

    /// Looks at the next key.
    ///
    /// - Parameters:
    ///   - key: the whole key.
    ///   - rest: the part of it that the pattern was matched with.
    ///   - groups: the pattern's groups, all of which took part in the match.
    /// - Returns: how many bytes of `rest` all keys of its group begin with, of use only while the
    ///   layout is kept.
    mutating func add(
        _ key: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer, _ groups: [Int],
        _ spans: KeyPattern.Spans
    ) -> Int {
        guard isKept else { return 0 }
        let isBehind = lastKey.withUnsafeBytes { $0.sortsBefore(key) }
        if hasSeenKey, !isBehind { isKept = false }
        lastKey.removeAll(keepingCapacity: true)
        lastKey += key
        if !hasSeenKey {
            hasSeenKey = true
            places = groups.sorted { (spans[$0].start, $0) < (spans[$1].start, $1) }
        }
        var end = 0
        for (index, group) in places.enumerated() {
            let span = spans[group]
            guard span.start >= end else {
                isKept = false
                return 0
            }
            let gap = UnsafeRawBufferPointer(rebasing: rest[end..<span.start])
            if index == gaps.count {
                gaps.append(Array(gap))
            } else if !gaps[index].withUnsafeBytes({ gap.equals($0) }) {
                isKept = false
            }
            end = span.start + span.count
        }
        return end
    }
}
