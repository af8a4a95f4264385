import VarveIndex
import VarveLog
import VarvePlatform
import VarveSimulation
import VarveStore

/// The catalog is a fold of the segments: without it, or with an older one, everything is there.
extension World {
    private static let catalog = "catalog"

    /// Takes the catalog of the closed store away, or puts an older one in its place.
    func loseCatalogSometimes() throws(Violation) {
        guard engine == nil else { return }
        if chance(4) { try removeCatalog() }
        guard chance(4), !oldCatalogs.isEmpty else { return }
        let old = random.next(below: oldCatalogs.count)
        trace.note("the catalog is older by \(oldCatalogs.count - old)")
        let segments = Set(catalogSegments().map(\.number))
        do throws(IndexError) {
            try indexes.replace(Self.catalog, by: oldCatalogs[old])
        } catch {
            throw Violation("the catalog cannot be replaced: \(error)")
        }
        guard !segments.isSuperset(of: catalogSegments().map(\.number)) else { return }
        // It may know segments that were merged since. Then the log says so and stays as it is.
        let before = disk.digests()
        if let error = openEngine() {
            try Violation.require(error.code == "missing-file", "an old catalog gives \(error)")
            try Violation.require(
                disk.digests() == before, "an opening with an old catalog changed the disk")
            try removeCatalog()
        } else {
            kill()
        }
    }

    /// The segments that the catalog has on stable storage, and how much of each is dead.
    func catalogSegments() -> [(number: UInt64, deadBytes: UInt64)] {
        var segments: [(number: UInt64, deadBytes: UInt64)] = []
        let prefix = UInt8(ascii: "g")
        _ = indexes.contents(of: Self.catalog)?.scan(IndexRange(prefix: [prefix]), .ascending) {
            key, value in
            let number = key.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }
            segments.append((number, value.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }))
            return true
        }
        return segments
    }

    /// The files of these segments.
    func catalogSegmentFiles() -> [String] {
        catalogSegments().map { SegmentName(number: UInt32(truncatingIfNeeded: $0.number)).path }
    }

    /// Removes the catalog of the closed store.
    func removeCatalog() throws(Violation) {
        trace.note("the catalog is gone")
        do throws(IndexError) {
            try indexes.destroy(Self.catalog)
        } catch {
            throw Violation("the catalog cannot be removed: \(error)")
        }
    }

    /// Keeps a copy of the catalog, to be put back later.
    func keepCatalog() {
        guard let contents = indexes.contents(of: Self.catalog) else { return }
        if oldCatalogs.count == 4 { oldCatalogs.removeFirst() }
        oldCatalogs.append(contents)
    }

    /// What the catalog has on stable storage, a line for each key.
    func catalogContents() -> [String] {
        var lines: [String] = []
        _ = indexes.contents(of: Self.catalog)?.scan(IndexRange(prefix: []), .ascending) {
            key, value in
            // How many bytes of a segment are dead is an estimate that begins anew with each merge.
            let value = key.first == UInt8(ascii: "g") ? value.dropFirst(8) : value[...]
            lines.append("\(Array(key)) \(Array(value))")
            return true
        }
        return lines
    }

    /// The catalog was made again from the segments: it must be what it was.
    func checkCatalog(against before: [String]) throws(Violation) {
        let after = catalogContents()
        if after == before { return }
        let lost = before.first { !after.contains($0) }
        let new = after.first { !before.contains($0) }
        throw Violation(
            "the catalog made again from the segments differs: "
                + "\(lost.map { "\($0) is lost" } ?? "") \(new.map { "\($0) is new" } ?? "")")
    }
}
