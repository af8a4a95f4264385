import Glibc

/// What the system keeps of files in memory.
package enum FileCache {
    /// Has the system forget what it keeps of the file, as far as that is on the disk and no
    /// process has it mapped (posix_fadvise). Needs no rights; what was not synced stays.
    package static func drop(_ descriptor: Int32) throws(SystemError) {
        let code = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        if code != 0 { throw SystemError(call: "posix_fadvise", code: code) }
    }

    /// How many bytes of the file the system keeps, in whole pages (mincore).
    package static func cachedBytes(_ descriptor: Int32) throws(SystemError) -> UInt64 {
        let size = Int(clamping: try File.size(descriptor))
        guard size > 0 else { return 0 }
        guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
            address != MAP_FAILED
        else { throw .last("mmap") }
        defer { munmap(address, size) }
        let page = Int(getpagesize())
        let pages = (size + page - 1) / page
        let present = UnsafeMutablePointer<UInt8>.allocate(capacity: pages)
        defer { present.deallocate() }
        guard mincore(address, size, present) == 0 else { throw .last("mincore") }
        var count: UInt64 = 0
        for index in 0..<pages where present[index] & 1 != 0 { count += 1 }
        return count * UInt64(page)
    }
}
