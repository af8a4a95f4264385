import VarveIndex
import VarvePlatform
import VarveSimulation

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
        do throws(IndexError) {
            try indexes.replace(Self.catalog, by: oldCatalogs[old])
        } catch {
            throw Violation("the catalog cannot be replaced: \(error)")
        }
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
