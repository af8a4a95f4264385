/// The rule for names within a volume.
package enum VolumeName {
    /// The most bytes of one component: what Linux file systems take.
    static let componentBytesMax = 255

    /// Throws `invalidName` unless `name` is one or more components separated by single slashes,
    /// none of them `.`, `..`, too long or with a zero byte.
    static func check(_ name: String) throws(StorageError) {
        for component in name.split(separator: "/", omittingEmptySubsequences: false)
        where component.isEmpty || component == "." || component == ".."
            || component.utf8.count > componentBytesMax || component.utf8.contains(0)
        {
            throw .invalidName(name)
        }
    }

    /// The same for a directory, which may also be the root: the empty name.
    static func checkDirectory(_ name: String) throws(StorageError) {
        if !name.isEmpty { try check(name) }
    }

    /// The directory that holds `name`; empty for the root.
    package static func directory(of name: String) -> String {
        guard let slash = name.lastIndex(of: "/") else { return "" }
        return String(name[..<slash])
    }
}
