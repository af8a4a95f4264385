package import VarveIndex
import VarvePlatform
import VarveStorage

/// An index that is made anew beside an old one, and takes its place once it is complete.
///
/// The old one is moved into a quarantine. Interrupted at any moment, it leaves the old one, none,
/// or the new one; making it again begins anew.
package struct IndexReplacement {
    private let name: String
    private let directory: String
    private let indexes: any IndexSource
    private let quarantine: Quarantine

    /// The replacement of the index `name` of the log in `directory`.
    ///
    /// - Parameter label: the name of the quarantine that takes the old one.
    package init(
        of name: String, in directory: String, from indexes: any IndexSource, label: String
    ) throws(LogError) {
        do throws(StorageError) {
            let volume = try FileVolume(rootDirectory: directory, create: .never)
            self.init(
                of: name, in: directory, from: indexes, aside: Quarantine(label, in: volume))
        } catch {
            throw LogError(error)
        }
    }

    init(
        of name: String, in directory: String, from indexes: any IndexSource,
        aside quarantine: Quarantine
    ) {
        self.name = name
        self.directory = directory
        self.indexes = indexes
        self.quarantine = quarantine
    }

    /// Where what is replaced is kept, within the log's directory.
    package var quarantinePath: String { quarantine.path }

    /// The name while it is made. Opening a log does not mind names that begin with a dot.
    private var newName: String { ".\(name)-being-rebuilt" }

    /// A new index, empty, whatever an interrupted try has left.
    package func begin() throws(LogError) -> any OrderedIndex {
        try LogError.wrappingIndex { () throws(IndexError) in
            try indexes.destroy(newName)
            return try indexes.open(newName)
        }
    }

    /// Removes the new index, which is closed, instead of giving it its name.
    package func discard() throws(LogError) {
        try LogError.wrappingIndex { () throws(IndexError) in try indexes.destroy(newName) }
    }

    /// Gives the new index, which is complete, flushed and closed, its name. An old one is moved
    /// aside first; between the two steps there is none, and opening makes it by itself.
    package func finish(replacesOne: Bool) throws(LogError) {
        let target = "\(directory)/\(name)"
        if replacesOne {
            try move(target, to: "\(directory)/\(try quarantine.place(for: name))")
        }
        try move("\(directory)/\(newName)", to: target)
    }

    /// Writes down, beside the index that was replaced, what was done.
    package func write(_ report: RepairReport) throws(LogError) {
        try quarantine.write(report)
    }

    /// Moves a directory, and makes both names durable.
    private func move(_ from: String, to target: String) throws(LogError) {
        do throws(SystemError) {
            try File.rename(from, to: target)
            for path in [target, from] {
                try File.synchronizeDirectory(File.parent(of: path) ?? ".")
            }
        } catch {
            throw .io(message: error.description)
        }
    }
}
