package import VarvePlatform

/// What can go wrong below the log; each case names the file or directory it is about.
public indirect enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A read of `count` bytes at `offset` of a file that ends at `size`.
    case readPastEnd(path: String, offset: UInt64, count: Int, size: UInt64)
    /// A write at `offset` of a file that ends before, at `size`.
    case writePastEnd(path: String, offset: UInt64, size: UInt64)
    /// A truncation to `requested` bytes of a file that has only `size`.
    case truncatePastEnd(path: String, requested: UInt64, size: UInt64)
    /// An earlier change failed with `cause`; the file must be opened again before others.
    case poisoned(path: String, cause: StorageError)
    /// The device or the quota is full.
    case outOfSpace(path: String)
    /// A system call failed with the error number `code`.
    case io(operation: String, path: String, code: Int32)
    /// Another volume holds the directory's lock; `pid` is the process it belongs to, nil when that
    /// cannot be known (others share the lock to read).
    case locked(directory: String, pid: Int32?)
    /// No such file or directory.
    case notFound(path: String)
    /// There is a file or directory of this name already.
    case alreadyExists(path: String)
    /// A file was expected, and this is something else.
    case notAFile(path: String)
    /// A directory was expected, and this is something else.
    case notADirectory(path: String)
    /// Access is not permitted; `code` is the error number.
    case unreadable(path: String, code: Int32)
    /// The volume was opened for reading only.
    case readOnly(path: String)
    /// Not a relative path of plain components.
    case invalidName(String)
    /// `count` bytes at `offset` of an encrypted file are not what was written there, or were never
    /// written.
    case damaged(path: String, offset: UInt64, count: UInt64, detail: String)
    /// An encrypted file is not of the key that was given.
    case wrongKey(path: String)
    /// A file of an encrypted volume is not encrypted.
    case notEncrypted(path: String)
    /// A file is encrypted, and the volume was opened without a key.
    case keyMissing(path: String)
    /// The files are being brought under another key, and that was interrupted.
    case rekeyUnfinished(path: String)
    /// An encrypted file of a format that this program does not know.
    case newerFormat(path: String, version: UInt32)
    /// Others than the owner may read a file that holds a key, or write to it.
    case secretExposed(path: String)
    /// A file does not hold the key that it should.
    case invalidKey(path: String, detail: String)

    /// One line that says what was wanted, what was found, and where.
    public var description: String {
        switch self {
        case .readPastEnd(let path, let offset, let count, let size):
            "\(path): read of \(count) bytes at \(offset) passes the end at \(size)"
        case .writePastEnd(let path, let offset, let size):
            "\(path): write at \(offset) begins after the end at \(size)"
        case .truncatePastEnd(let path, let requested, let size):
            "\(path): truncation to \(requested) bytes, but there are only \(size)"
        case .poisoned(let path, let cause):
            "\(path): refuses changes until it is opened again, because one failed (\(cause))"
        case .outOfSpace(let path):
            "\(path): no space left"
        case .io(let operation, let path, let code):
            "\(path): \(operation) failed: \(ErrorNumber.text(code))"
        case .locked(let directory, let pid):
            if let pid {
                "\(directory): in use by process \(pid)"
            } else {
                "\(directory): in use by another process"
            }
        case .notFound(let path):
            "\(path): no such file or directory"
        case .alreadyExists(let path):
            "\(path): exists already"
        case .notAFile(let path):
            "\(path): not a file"
        case .notADirectory(let path):
            "\(path): not a directory"
        case .unreadable(let path, let code):
            "\(path): \(ErrorNumber.text(code))"
        case .readOnly(let path):
            "\(path): opened for reading only"
        case .invalidName(let name):
            "'\(name)' is not a relative path of plain names"
        case .damaged(let path, let offset, let count, let detail):
            "\(path): \(count) bytes at \(offset) cannot be trusted: \(detail)"
        case .wrongKey(let path):
            "\(path): wrong key: it was encrypted with another"
        case .notEncrypted(let path):
            "\(path): not encrypted, in a directory that was opened with a key"
        case .keyMissing(let path):
            "\(path): encrypted, and no key was given (--encryption-key-file)"
        case .rekeyUnfinished(let path):
            "\(path): a change of key was interrupted; run varve rekey with the same keys again"
        case .newerFormat(let path, let version):
            "\(path): encrypted in format \(version), which this program does not know"
        case .secretExposed(let path):
            "\(path): others than its owner may read or write it; a key needs mode 0600"
        case .invalidKey(let path, let detail):
            "\(path): not a key: \(detail)"
        }
    }

    /// The storage error for a system call that failed on `path`.
    package init(_ error: SystemError, path: String) {
        switch error.code {
        case ErrorNumber.noSpace, ErrorNumber.quotaExceeded:
            self = .outOfSpace(path: path)
        case ErrorNumber.notFound:
            self = .notFound(path: path)
        case ErrorNumber.exists:
            self = .alreadyExists(path: path)
        case ErrorNumber.isDirectory:
            self = .notAFile(path: path)
        case ErrorNumber.notDirectory:
            self = .notADirectory(path: path)
        case ErrorNumber.accessDenied, ErrorNumber.notPermitted, ErrorNumber.readOnly:
            self = .unreadable(path: path, code: error.code)
        default:
            self = .io(operation: error.call, path: path, code: error.code)
        }
    }

    /// Runs system calls about `path`; what they throw becomes a storage error.
    package static func wrapping<R: ~Copyable>(
        _ path: String, _ body: () throws(SystemError) -> R
    ) throws(StorageError) -> R {
        do {
            return try body()
        } catch {
            throw StorageError(error, path: path)
        }
    }
}
