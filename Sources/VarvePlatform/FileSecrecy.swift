import Glibc

extension File {
    /// Makes a file that only its owner may read (open with mode 0600); it must not exist.
    package static func createSecret(_ path: String) throws(SystemError) -> Descriptor {
        while true {
            let descriptor = Glibc.open(path, O_CLOEXEC | O_RDWR | O_CREAT | O_EXCL, 0o600)
            if descriptor >= 0 { return Descriptor(owning: descriptor) }
            if errno != EINTR { throw .last("open", path: path) }
        }
    }

    /// The permissions of an open file that go beyond its owner's, as in mode 0077; 0 when nobody
    /// else may do anything (fstat).
    package static func othersMode(_ descriptor: Int32) throws(SystemError) -> UInt32 {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .last("fstat") }
        return UInt32(information.st_mode) & 0o077
    }
}
