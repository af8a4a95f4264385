import VarvePlatform
import VarveStorage

extension LogError {
    /// What a failure of the bytes layer means for the log.
    init(_ error: StorageError) {
        switch error {
        case .outOfSpace(let path): self = .outOfSpace(path: path)
        case .locked(let directory, let pid): self = .locked(path: directory, pid: Int(pid ?? 0))
        case .notFound(let path): self = .missingFile(path: path)
        // Nothing is broken: other files and connections will be closed.
        case .io(_, _, ErrorNumber.tooManyFiles), .io(_, _, ErrorNumber.tooManyFilesOfSystem):
            self = .overloaded(reason: error.description)
        case .damaged(let path, let offset, let count, let detail):
            self = .corruption(file: path, byte: offset, count: count, detail: detail)
        case .newerFormat(let path, let version):
            self = .newerFormat(path: path, version: version)
        default: self = .io(message: error.description)
        }
    }

    /// Runs calls of the bytes layer; what they throw becomes a log error.
    static func wrapping<R>(_ body: () throws(StorageError) -> R) throws(LogError) -> R {
        do {
            return try body()
        } catch {
            throw LogError(error)
        }
    }
}
