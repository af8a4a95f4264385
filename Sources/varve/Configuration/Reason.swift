import Foundation

/// The reason in an error of Foundation about a file, in a few words without the path.
enum Reason {
    /// What went wrong, in the words of the system where it gave some.
    static func of(_ error: any Error) -> String {
        let error = error as NSError
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError {
            return cause.localizedDescription
        }
        if let cause = error as? CocoaError, cause.code == .fileReadNoSuchFile {
            return "there is no such file"
        }
        return error.localizedDescription
    }
}
