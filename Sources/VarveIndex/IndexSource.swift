/// What an index waits for before anything of it may reach stable storage: it returns when that
/// which the index is made from is there, as far as the index has come.
///
/// Called by whoever writes, flushes, ingests or copies, on its thread and with changes of the
/// index held up: it must not use the index. When it throws, nothing reaches the disk.
package typealias IndexBarrier = @Sendable () throws(IndexError) -> Void

/// Where indexes come from: each has a name, one plain path component such as `catalog`.
///
/// Thread rule: any thread may call anything.
package protocol IndexSource: AnyObject, Sendable {
    /// Opens the index for reading and writing, and makes it when it does not exist.
    ///
    /// - Parameter barrier: called before anything of the index reaches stable storage; what was
    ///   written since it was called last is lost with the process. Nil: nothing has to be waited
    ///   for, and what was not flushed may survive or not.
    /// - Throws: `locked` while it is open for writing elsewhere.
    func open(
        _ name: String, behind barrier: IndexBarrier?
    ) throws(IndexError) -> any OrderedIndex

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

extension IndexSource {
    /// Opens the index for reading and writing, with nothing to wait for before it is flushed.
    package func open(_ name: String) throws(IndexError) -> any OrderedIndex {
        try open(name, behind: nil)
    }
}
