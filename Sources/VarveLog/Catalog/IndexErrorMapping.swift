import VarveIndex

extension LogError {
    /// The log's error for one of the catalog's index.
    init(_ error: IndexError) {
        switch error {
        case .outOfSpace(let directory):
            self = .outOfSpace(path: directory)
        case .corruption(let directory, let detail), .notAnIndex(let directory, let detail):
            self = .corruption(file: directory, byte: 0, count: 0, detail: detail)
        case .notFound(let directory):
            self = .missingFile(path: directory)
        default:
            self = .io(message: error.description)
        }
    }

    /// Runs `body` and maps what it throws.
    static func wrappingIndex<R>(_ body: () throws(IndexError) -> R) throws(LogError) -> R {
        do throws(IndexError) {
            return try body()
        } catch {
            throw LogError(error)
        }
    }
}
