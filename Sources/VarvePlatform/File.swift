import CVarve
import Glibc

/// File calls by descriptor: positional, complete, and free of allocation when they succeed.
///
/// Interrupted calls are repeated and short transfers continued. Errors name the C function; the
/// caller, who knows the path, adds it with `about`.
package enum File {
    /// What an opened file may be used for.
    package enum Access: Sendable {
        /// Reading only.
        case read
        /// Reading and writing.
        case readWrite
    }

    /// Whether opening makes a file.
    package enum CreateMode: Sendable {
        /// The file must exist.
        case never
        /// The file must not exist.
        case exclusive
        /// The file is made when it does not exist.
        case ifMissing
    }

    /// Opens a file (open); never follows into a child process.
    package static func open(
        _ path: String, access: Access = .read, create: CreateMode = .never
    ) throws(SystemError) -> Descriptor {
        var flags = O_CLOEXEC | (access == .read ? O_RDONLY : O_RDWR)
        switch create {
        case .never: break
        case .exclusive: flags |= O_CREAT | O_EXCL
        case .ifMissing: flags |= O_CREAT
        }
        while true {
            let descriptor = Glibc.open(path, flags, 0o644)
            if descriptor >= 0 { return Descriptor(owning: descriptor) }
            if errno != EINTR { throw .last("open", path: path) }
        }
    }

    /// Reads at `offset` until `buffer` is full or the file ends (pread); returns how many bytes.
    package static func read(
        _ descriptor: Int32, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                off_t(offset) + off_t(done))
            if count > 0 {
                done += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                throw .last("pread")
            }
        }
        return done
    }

    /// Reads what the page cache holds at `offset` (preadv2 with RWF_NOWAIT).
    ///
    /// The number of bytes, which may be fewer than asked for; nil when the disk would be waited
    /// for or the file system cannot tell.
    package static func readNoWait(
        _ descriptor: Int32, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int? {
        while true {
            let count = varve_read_nowait(
                descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN, EOPNOTSUPP: return nil
            default: throw .last("preadv2")
            }
        }
    }

    /// Writes all of `bytes` at `offset` (pwrite). When it throws, some of them may be written.
    package static func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64
    ) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
                off_t(offset) + off_t(done))
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .last("pwrite")
            }
        }
    }

    /// The length of the file in bytes (fstat).
    package static func size(_ descriptor: Int32) throws(SystemError) -> UInt64 {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .last("fstat") }
        return UInt64(information.st_size)
    }

    /// Makes the file `size` bytes long (ftruncate); new bytes are zero.
    package static func truncate(_ descriptor: Int32, to size: UInt64) throws(SystemError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            if errno != EINTR { throw .last("ftruncate") }
        }
    }

    /// Takes the disk space for the first `count` bytes of the file, written or not, without making
    /// it longer (fallocate); does nothing where the file system cannot do that.
    package static func reserve(_ descriptor: Int32, count: UInt64) throws(SystemError) {
        guard count > 0 else { return }
        while varve_reserve(descriptor, off_t(clamping: count)) != 0 {
            switch errno {
            case EINTR: continue
            case EOPNOTSUPP, ENOSYS: return
            default: throw .last("fallocate")
            }
        }
    }

    /// Puts the file's data, and the metadata needed to read it, on stable storage (fdatasync).
    ///
    /// Never repeated after an error: the kernel may have dropped the pages that it failed to
    /// write.
    package static func synchronizeData(_ descriptor: Int32) throws(SystemError) {
        while fdatasync(descriptor) != 0 {
            if errno != EINTR { throw .last("fdatasync") }
        }
    }

    /// Has the system begin to write a part of the file to the disk, and does not wait for that
    /// (sync_file_range): a later sync has less to do. Says nothing of durability.
    package static func startWriting(_ descriptor: Int32, at offset: UInt64, count: Int) {
        varve_start_writing(descriptor, offset, UInt64(max(0, count)))
    }

    /// Puts the file's data and all its metadata on stable storage (fsync).
    package static func synchronize(_ descriptor: Int32) throws(SystemError) {
        while fsync(descriptor) != 0 {
            if errno != EINTR { throw .last("fsync") }
        }
    }

    /// Takes the file's advisory lock for this descriptor (flock); false when another has it.
    ///
    /// The lock ends when the descriptor is closed, so at the latest when the process ends.
    package static func lockExclusive(_ descriptor: Int32) throws(SystemError) -> Bool {
        try lock(descriptor, exclusive: true)
    }

    /// Takes the file's advisory lock together with others who share it (flock); false when one
    /// has it exclusively.
    package static func lockShared(_ descriptor: Int32) throws(SystemError) -> Bool {
        try lock(descriptor, exclusive: false)
    }

    /// Ends the lock (flock), also for duplicates of the descriptor that a child process has for
    /// the moment before it becomes another program.
    package static func unlock(_ descriptor: Int32) {
        _ = varve_unlock(descriptor)
    }

    private static func lock(_ descriptor: Int32, exclusive: Bool) throws(SystemError) -> Bool {
        while varve_lock(descriptor, exclusive ? 1 : 0) != 0 {
            if errno == EWOULDBLOCK { return false }
            if errno != EINTR { throw .last("flock") }
        }
        return true
    }
}
