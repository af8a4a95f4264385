import VarvePlatform

/// What can go wrong with an index. Each case that is about the disk names the index's directory;
/// each text is one line.
package enum IndexError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not one plain path component.
    case invalidName(String)
    /// A key with no bytes, or more than the limit.
    case invalidKey(byteCount: Int)
    /// A value with more bytes than the limit.
    case valueTooLarge(byteCount: Int)
    /// A batch would have more bytes than the limit.
    case batchTooLarge(byteCount: Int)
    /// The operation of a run at this position, counted from 0, is not a put, or its key is not
    /// above the one before.
    case unsorted(position: Int)
    /// There is no index there.
    case notFound(directory: String)
    /// The place of a copy is taken.
    case alreadyExists(directory: String)
    /// The directory holds something that is not an index.
    case notAnIndex(directory: String, detail: String)
    /// The index is open for writing already, here or in another process.
    case locked(directory: String)
    /// The system does not permit what is needed.
    case notPermitted(directory: String, detail: String)
    /// The device or the quota is full.
    case outOfSpace(directory: String)
    /// The index's own files are damaged or missing.
    case corruption(directory: String, detail: String)
    /// A system call failed, or the index was made unusable by one that failed before.
    case failed(directory: String, detail: String)
    /// The index was opened for reading only.
    case readOnly(directory: String)

    /// One line that says what was expected, what was found, and where.
    package var description: String {
        switch self {
        case .invalidName(let name):
            "'\(name)' is not the plain name of an index"
        case .invalidKey(let count):
            "a key has 1 to \(IndexLimits.keyBytesMax) bytes, not \(count)"
        case .valueTooLarge(let count):
            "a value has at most \(IndexLimits.valueBytesMax) bytes, not \(count)"
        case .batchTooLarge(let count):
            "a batch has at most \(IndexLimits.batchBytesMax) bytes, not \(count)"
        case .unsorted(let position):
            "a sorted run has puts with ascending keys only, but operation \(position) is not one"
        case .notFound(let directory):
            "\(directory): no such index"
        case .alreadyExists(let directory):
            "\(directory): exists already"
        case .notAnIndex(let directory, let detail):
            "\(directory): not an index: \(detail)"
        case .locked(let directory):
            "\(directory): open for writing already"
        case .notPermitted(let directory, let detail):
            "\(directory): not permitted: \(detail)"
        case .outOfSpace(let directory):
            "\(directory): no space left"
        case .corruption(let directory, let detail):
            "\(directory): damaged: \(detail)"
        case .failed(let directory, let detail):
            "\(directory): \(detail)"
        case .readOnly(let directory):
            "\(directory): opened for reading only"
        }
    }

    /// The error for a system call about the index in `directory`.
    init(_ error: SystemError, directory: String) {
        switch error.code {
        case ErrorNumber.noSpace, ErrorNumber.quotaExceeded:
            self = .outOfSpace(directory: directory)
        case ErrorNumber.accessDenied, ErrorNumber.notPermitted, ErrorNumber.readOnly:
            self = .notPermitted(directory: directory, detail: error.description)
        case ErrorNumber.notDirectory:
            self = .notAnIndex(directory: directory, detail: error.description)
        default:
            self = .failed(directory: directory, detail: error.description)
        }
    }
}
