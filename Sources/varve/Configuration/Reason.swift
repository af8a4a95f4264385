import Foundation

/// The reason in an error of Foundation about a file, in a few words without the path.
enum Reason {
    /// What Foundation puts before the system's own words.
    private static let preamble = "The operation could not be completed. "

    /// What went wrong, in the words of the system where it gave some.
    static func of(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        let isMissing =
            (cause as? POSIXError)?.code == .ENOENT
            || (error as? CocoaError)?.code == .fileReadNoSuchFile
            || (error as? CocoaError)?.code == .fileNoSuchFile
        if isMissing { return "there is no such file" }
        let words = cause.localizedDescription
        return words.hasPrefix(preamble) ? String(words.dropFirst(preamble.count)) : words
    }
}
