import Synchronization

/// Indexes in memory; they live as long as the source.
package final class MemoryIndexSource: IndexSource {
    private struct State {
        var indexes: [String: MemoryIndex.Contents] = [:]
        var opened: Set<String> = []
    }

    private let state = Mutex(State())

    /// A source without indexes.
    package init() {}

    package func open(
        _ name: String, behind barrier: IndexBarrier?
    ) throws(IndexError) -> any OrderedIndex {
        try IndexName.check(name)
        let contents = try state.withLock { (state) throws(IndexError) in
            guard state.opened.insert(name).inserted else { throw .locked(directory: name) }
            if let contents = state.indexes[name] { return contents }
            let contents = MemoryIndex.Contents(MemoryTable())
            state.indexes[name] = contents
            return contents
        }
        return MemoryIndex(name: name, contents: contents, isReadOnly: false, source: self)
    }

    package func openReadOnly(_ name: String) throws(IndexError) -> any OrderedIndex {
        try IndexName.check(name)
        guard let contents = state.withLock({ $0.indexes[name] }) else {
            throw .notFound(directory: name)
        }
        let copy = MemoryIndex.Contents(contents.table.withLock { $0 })
        return MemoryIndex(name: name, contents: copy, isReadOnly: true, source: self)
    }

    package func destroy(_ name: String) throws(IndexError) {
        try IndexName.check(name)
        try state.withLock { (state) throws(IndexError) in
            guard !state.opened.contains(name) else { throw .locked(directory: name) }
            state.indexes[name] = nil
        }
    }

    /// The index of this name is open no more.
    func close(_ name: String) {
        state.withLock { _ = $0.opened.remove(name) }
    }

    /// Makes `table` the contents of a new index.
    func keep(_ table: MemoryTable, as name: String) throws(IndexError) {
        try IndexName.check(name)
        try state.withLock { (state) throws(IndexError) in
            guard state.indexes[name] == nil else { throw .alreadyExists(directory: name) }
            state.indexes[name] = MemoryIndex.Contents(table)
        }
    }
}
