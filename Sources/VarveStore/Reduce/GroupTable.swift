import VarveBytes

/// The groups of a reduction: each encoded key has a number, counted from 0 in the order in which
/// the keys first came.
///
/// Open addressing with linear probing, at most half full. The hash is the standard library's,
/// whose seed nobody outside knows.
struct GroupTable {
    private var keys: [UInt8] = []
    /// Where each key ends in `keys`.
    private var ends: [Int] = []
    private var hashes: [Int] = []
    /// Group numbers plus one; 0 for a free place. The count is a power of two.
    private var places = [UInt32](repeating: 0, count: 16)

    /// A table without groups.
    init() {}

    /// How many groups there are.
    var count: Int { ends.count }

    /// The number of the group with that key; nil when there is none yet.
    func find(_ key: [UInt8]) -> Int? {
        let place = place(of: key, hash: Self.hash(key))
        return places[place] == 0 ? nil : Int(places[place]) - 1
    }

    /// Adds a group, whose key is not there yet; returns its number.
    mutating func insert(_ key: [UInt8]) -> Int {
        if (count + 1) * 2 > places.count { grow() }
        let hash = Self.hash(key)
        places[place(of: key, hash: hash)] = UInt32(count + 1)
        keys += key
        ends.append(keys.count)
        hashes.append(hash)
        return count - 1
    }

    /// The groups' numbers in the order of their keys.
    func sorted() -> [Int] {
        keys.withUnsafeBytes { keys in
            (0..<count).sorted { left, right in
                UnsafeRawBufferPointer(rebasing: keys[range(left)])
                    .sortsBefore(UnsafeRawBufferPointer(rebasing: keys[range(right)]))
            }
        }
    }

    /// Calls `body` with the key of a group.
    func withKey<Result>(of group: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        keys.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range(group)])) }
    }

    private func range(_ group: Int) -> Range<Int> {
        (group == 0 ? 0 : ends[group - 1])..<ends[group]
    }

    /// Where the key is, or would be put.
    private func place(of key: [UInt8], hash: Int) -> Int {
        var place = hash & (places.count - 1)
        while places[place] != 0 {
            let group = Int(places[place]) - 1
            if hashes[group] == hash, isKey(of: group, key) { break }
            place = (place + 1) & (places.count - 1)
        }
        return place
    }

    private func isKey(of group: Int, _ key: [UInt8]) -> Bool {
        keys.withUnsafeBytes { keys in
            key.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: keys[range(group)]).equals($0) }
        }
    }

    private mutating func grow() {
        places = [UInt32](repeating: 0, count: places.count * 2)
        for (group, hash) in hashes.enumerated() {
            var place = hash & (places.count - 1)
            while places[place] != 0 { place = (place + 1) & (places.count - 1) }
            places[place] = UInt32(group + 1)
        }
    }

    private static func hash(_ key: [UInt8]) -> Int {
        var hasher = Hasher()
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
