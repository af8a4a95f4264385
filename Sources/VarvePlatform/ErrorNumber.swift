import CVarve
import Glibc

/// The error numbers that callers tell apart, and the words for all of them.
package enum ErrorNumber {
    /// No such file or directory.
    package static let notFound = ENOENT
    /// The file exists already.
    package static let exists = EEXIST
    /// No space left on the device.
    package static let noSpace = ENOSPC
    /// The disk quota is used up.
    package static let quotaExceeded = EDQUOT
    /// The call would have to wait.
    package static let wouldBlock = EAGAIN
    /// An argument makes no sense to the call.
    package static let invalid = EINVAL
    /// An input or output error of the device.
    package static let inputOutput = EIO
    /// Permission denied.
    package static let accessDenied = EACCES
    /// The file system is mounted for reading only.
    package static let readOnly = EROFS
    /// The process has too many open files.
    package static let tooManyFiles = EMFILE
    /// The system has too many open files.
    package static let tooManyFilesOfSystem = ENFILE
    /// The address is in use.
    package static let addressInUse = EADDRINUSE
    /// Nobody listens at the address.
    package static let connectionRefused = ECONNREFUSED
    /// The peer has ended the connection with a reset.
    package static let connectionReset = ECONNRESET
    /// A connection attempt is under way.
    package static let inProgress = EINPROGRESS
    /// The name is a directory's.
    package static let isDirectory = EISDIR
    /// A part of the path is not a directory.
    package static let notDirectory = ENOTDIR
    /// The operation is not permitted.
    package static let notPermitted = EPERM
    /// A directory is not empty.
    package static let notEmpty = ENOTEMPTY

    /// The C library's words for `code` and its symbol, for example
    /// `No space left on device (ENOSPC)`.
    package static func text(_ code: Int32) -> String {
        guard let words = varve_error_words(code), let symbol = varve_error_symbol(code) else {
            return "error \(code)"
        }
        return "\(String(cString: words)) (\(String(cString: symbol)))"
    }
}
