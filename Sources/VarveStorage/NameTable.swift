/// Names of files and directories as a file system keeps them, for volumes that are not on disk.
///
/// Answers and errors are those of Linux, whichever of several errors comes first included.
package struct NameTable<File> {
    /// Every file by its name.
    package private(set) var files: [String: File] = [:]
    /// Every directory but the root.
    package private(set) var directories: Set<String> = []

    /// A table with nothing but a root directory.
    package init() {}

    /// What opening `name` gives: the file, or nil when it is to be made with `insert`.
    package func find(_ name: String, create: CreateMode) throws(StorageError) -> File? {
        try VolumeName.check(name)
        if directories.contains(name) {
            throw create == .exclusive ? .alreadyExists(path: name) : .notAFile(path: name)
        }
        if let file = files[name] {
            if create == .exclusive { throw .alreadyExists(path: name) }
            return file
        }
        try checkParent(of: name, blaming: name)
        if create == .never { throw .notFound(path: name) }
        return nil
    }

    /// Gives a file a name, taking it from another that has it.
    package mutating func insert(_ file: File, named name: String) {
        files[name] = file
    }

    /// Takes a name away, whatever has it, without asking whether that can be.
    package mutating func forget(_ name: String) {
        files[name] = nil
        directories.remove(name)
    }

    /// Adds a directory without asking whether the one above it is there.
    package mutating func insertDirectory(_ name: String) {
        directories.insert(name)
    }

    /// The names directly in a directory, sorted.
    package func list(_ directory: String) throws(StorageError) -> [String] {
        try checkDirectory(directory)
        let names = Array(files.keys) + Array(directories)
        return names.filter { VolumeName.directory(of: $0) == directory }
            .map { String($0.dropFirst(directory.isEmpty ? 0 : directory.count + 1)) }
            .sorted()
    }

    /// Removes a file's name.
    package mutating func remove(_ name: String) throws(StorageError) {
        try VolumeName.check(name)
        try checkFile(name)
        files[name] = nil
    }

    /// Gives a file another name and returns the file.
    @discardableResult
    package mutating func rename(_ from: String, to: String) throws(StorageError) -> File? {
        try VolumeName.check(from)
        try VolumeName.check(to)
        for name in [from, to] where directories.contains(name) { throw .notAFile(path: name) }
        try checkParent(of: from, blaming: from)
        try checkParent(of: to, blaming: from)
        try checkFile(from)
        let file = files.removeValue(forKey: from)
        files[to] = file
        return file
    }

    /// Makes a directory and those above it; returns the ones that were missing, outermost first.
    @discardableResult
    package mutating func makeDirectory(_ name: String) throws(StorageError) -> [String] {
        try VolumeName.check(name)
        if files[name] != nil { throw .alreadyExists(path: name) }
        var missing: [String] = []
        var next = name
        while !next.isEmpty, !directories.contains(next) {
            if files[next] != nil { throw .notADirectory(path: name) }
            missing.append(next)
            next = VolumeName.directory(of: next)
        }
        directories.formUnion(missing)
        return missing.reversed()
    }

    /// Throws unless `name` is a directory.
    package func checkDirectory(_ name: String) throws(StorageError) {
        try VolumeName.checkDirectory(name)
        if name.isEmpty || directories.contains(name) { return }
        if files[name] != nil { throw .notADirectory(path: name) }
        try checkParent(of: name, blaming: name)
        throw .notFound(path: name)
    }

    private func checkFile(_ name: String) throws(StorageError) {
        if files[name] != nil { return }
        if directories.contains(name) { throw .notAFile(path: name) }
        try checkParent(of: name, blaming: name)
        throw .notFound(path: name)
    }

    private func checkParent(
        of name: String, blaming blamed: String
    ) throws(StorageError) {
        var directory = VolumeName.directory(of: name)
        if directory.isEmpty || directories.contains(directory) { return }
        while !directory.isEmpty {
            if files[directory] != nil { throw .notADirectory(path: blamed) }
            directory = VolumeName.directory(of: directory)
        }
        throw .notFound(path: blamed)
    }
}
