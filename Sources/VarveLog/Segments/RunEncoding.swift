/// How the bytes of a settled run are stored. Persisted.
package enum RunEncoding: UInt8, Sendable, CaseIterable {
    /// As they are: a page of the run can be sent straight from the file.
    case none = 0
    /// In chunks that zstd made smaller.
    case zstd = 1
    /// In chunks that lz4 made smaller.
    case lz4 = 2
}
