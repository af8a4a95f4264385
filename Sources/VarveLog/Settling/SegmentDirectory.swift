import VarveStorage

/// What the directory of segments holds, checked for strangers. Reading only.
struct SegmentDirectory {
    /// The numbers of complete segments, ascending.
    private(set) var numbers: [UInt32] = []
    /// Files that a writer left unfinished.
    private(set) var unfinished: [SegmentName] = []

    /// Reads the directory; one that does not exist is empty.
    init(reading volume: any Volume) throws(LogError) {
        let names = try LogError.wrapping { () throws(StorageError) -> [String] in
            guard try volume.list("").contains(SegmentFormat.directory) else { return [] }
            return try volume.list(SegmentFormat.directory)
        }
        for name in names where !name.hasPrefix(".") {
            guard let parsed = SegmentName(name) else {
                throw .foreignFile(path: "\(SegmentFormat.directory)/\(name)")
            }
            if parsed.role.isTemporary {
                unfinished.append(parsed)
            } else {
                numbers.append(parsed.number)
            }
        }
        numbers.sort()
    }

    /// The number after every number in use.
    var nextNumber: UInt32 { max(numbers.last ?? 0, unfinished.map(\.number).max() ?? 0) + 1 }
}
