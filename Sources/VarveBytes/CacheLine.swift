import CVarve

/// What the processor fetches from memory at once.
package enum CacheLine {
    /// Bytes of one, on all processors of interest.
    package static let byteCount = 64

    /// Asks the processor to have the lines with `count` bytes from `pointer` on near soon, while
    /// it does something else. Reads nothing; harmless whatever is there.
    package static func prefetch(_ pointer: UnsafeRawPointer, count: Int) {
        for offset in stride(from: 0, to: count, by: byteCount) { varve_prefetch(pointer + offset) }
        if count > 0 { varve_prefetch(pointer + (count - 1)) }
    }
}
