/// One part of a stream's saved state that changes by itself, such as one producer: the catalog
/// keeps each under a key of its own, so that a change costs one entry and not all of them.
package struct StateEntry: Equatable, Sendable {
    /// The longest key, in bytes.
    package static let keyBytesMax = 512
    /// The longest value, in bytes.
    package static let valueBytesMax = 64

    /// What tells it from the stream's other entries.
    package var key: [UInt8]
    /// What it says; opaque to the log.
    package var value: [UInt8]

    /// An entry with the given parts.
    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }
}
