import Glibc

/// A system call that failed: which one, with what error number, on what.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the C function.
    package let call: String
    /// The value of errno.
    package let code: Int32
    /// The path or address the call was about, where there is one.
    package let path: String?

    /// An error with its three parts.
    package init(call: String, code: Int32, path: String? = nil) {
        self.call = call
        self.code = code
        self.path = path
    }

    /// The error of the call that failed just now on this thread.
    static func last(_ call: String, path: String? = nil) -> SystemError {
        SystemError(call: call, code: errno, path: path)
    }

    /// The same error about `path`.
    package func about(_ path: String) -> SystemError {
        SystemError(call: call, code: code, path: path)
    }

    /// For example `pwrite journal/1: No space left on device (ENOSPC)`.
    package var description: String {
        let place = path.map { " \($0)" } ?? ""
        return "\(call)\(place): \(ErrorNumber.text(code))"
    }
}
