/// Which streams are shown: told by id, and by name as far as names were seen.
///
/// Everything is read in the order of the log, where what gives a stream its name comes before all
/// that has only its id.
struct StreamFilter {
    private let wanted: InspectionOptions.Selection?
    private var ids: Set<UInt64> = []

    /// A filter that lets `wanted` pass; nil = everything.
    init(_ wanted: InspectionOptions.Selection?) {
        self.wanted = wanted
    }

    /// True when nothing is left out.
    var passesAll: Bool { wanted == nil }

    /// Whether a stream passes; its name, where it is known here, is remembered.
    mutating func passes(_ id: UInt64, name: String? = nil) -> Bool {
        switch wanted {
        case nil: return true
        case .id(let only): return id == only
        case .name(let only):
            if let name, name == only { ids.insert(id) }
            return ids.contains(id)
        }
    }
}
