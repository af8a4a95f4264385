/// Where indexes come from: each has a name, one plain path component such as `catalog`.
///
/// Thread rule: any thread may call anything.
package protocol IndexSource: AnyObject, Sendable {
    /// Opens the index for reading and writing, and makes it when it does not exist.
    ///
    /// Throws `locked` while it is open for writing elsewhere.
    func open(_ name: String) throws(IndexError) -> any OrderedIndex

    /// Opens the index for reading: what changes it throws `readOnly`, and nothing on disk changes.
    ///
    /// Throws `notFound` when it does not exist. It shows what was flushed when it was opened;
    /// whoever writes to it meanwhile may take away files that it still needs.
    func openReadOnly(_ name: String) throws(IndexError) -> any OrderedIndex

    /// Removes the index with everything in it, for good; one that does not exist is no error.
    ///
    /// Throws `locked` while it is open for writing.
    func destroy(_ name: String) throws(IndexError)
}
