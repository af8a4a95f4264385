import VarveIndex

extension Catalog {
    /// The catalog of a log, for reading only, as it was flushed last; nil when there is none.
    static func openReadOnly(_ indexes: any IndexSource) throws(LogError) -> Catalog? {
        do throws(IndexError) {
            return Catalog(try indexes.openReadOnly(indexName))
        } catch {
            if case .notFound = error { return nil }
            throw LogError(error)
        }
    }
}
