/// The rule for the names of indexes.
package enum IndexName {
    /// The most bytes of a name: what Linux file systems take.
    private static let bytesMax = 255

    /// Throws `invalidName` unless `name` is one plain path component.
    package static func check(_ name: String) throws(IndexError) {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= bytesMax, name != ".", name != "..",
            !bytes.contains(UInt8(ascii: "/")), !bytes.contains(0)
        else { throw .invalidName(name) }
    }
}
