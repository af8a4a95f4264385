import Glibc

extension File {
    /// Gives a file another name, replacing a file that has it (rename).
    package static func rename(_ from: String, to: String) throws(SystemError) {
        guard Glibc.rename(from, to) == 0 else { throw .last("rename", path: from) }
    }

    /// Gives a file a second name on the same file system (link); the name must not exist.
    package static func link(_ path: String, to name: String) throws(SystemError) {
        guard Glibc.link(path, name) == 0 else { throw .last("link", path: name) }
    }

    /// Removes a file's name (unlink).
    package static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 else { throw .last("unlink", path: path) }
    }

    /// Removes an empty directory (rmdir).
    package static func removeDirectory(_ path: String) throws(SystemError) {
        guard rmdir(path) == 0 else { throw .last("rmdir", path: path) }
    }

    /// The names in a directory, sorted, without `.` and `..` (readdir).
    package static func list(_ path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw .last("opendir", path: path) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .last("readdir", path: path) }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Makes a directory and the parents it lacks (mkdir); one that exists is left as it is.
    package static func makeDirectory(_ path: String) throws(SystemError) {
        if mkdir(path, 0o755) == 0 { return }
        let code = errno
        if code == EEXIST, isDirectory(path) { return }
        guard code == ENOENT, let parent = parent(of: path), !parent.isEmpty, parent != path else {
            throw SystemError(call: "mkdir", code: code, path: path)
        }
        try makeDirectory(parent)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .last("mkdir", path: path) }
    }

    /// Opens a directory, to put its names on stable storage with `synchronize`.
    package static func openDirectory(_ path: String) throws(SystemError) -> Descriptor {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path: path) }
        return Descriptor(owning: descriptor)
    }

    /// Puts a directory's names on stable storage (fsync on the directory).
    package static func synchronizeDirectory(_ path: String) throws(SystemError) {
        let owned = try openDirectory(path)
        do {
            try synchronize(owned.raw)
        } catch {
            throw error.about(path)
        }
    }

    /// True when something has this name.
    package static func exists(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0
    }

    /// True when the name is a directory's.
    package static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// What the path names; nil when there is nothing, or nothing that may be seen (stat).
    package static func identity(_ path: String) -> FileIdentity? {
        var information = stat()
        return stat(path, &information) == 0 ? FileIdentity(information) : nil
    }

    /// What is behind an open descriptor; nil when it is none (fstat).
    package static func identity(_ descriptor: Int32) -> FileIdentity? {
        var information = stat()
        return fstat(descriptor, &information) == 0 ? FileIdentity(information) : nil
    }

    /// The directory that holds `path`: empty for a name without one.
    package static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
