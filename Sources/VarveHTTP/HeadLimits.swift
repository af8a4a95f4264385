// How much of a message head the parser takes.

/// The limits of a message head. Values outside what the parser can represent are brought into it.
package struct HeadLimits: Sendable, Equatable {
    /// The most bytes a head can have that the parser still represents: its slots hold 16-bit
    /// offsets.
    package static let headBytesCeiling = 65_535

    /// The largest head in bytes, from the first byte through the empty line; over it: 431.
    package let headBytesMax: Int
    /// The largest number of header lines; over it: 431.
    package let headersMax: Int
    /// The longest request target in bytes; over it: 414.
    package let targetBytesMax: Int

    /// The longest request line in bytes, without its line end: the target and room for a method
    /// and a version. A longer line is refused before it is complete.
    var requestLineBytesMax: Int { min(targetBytesMax + 64, headBytesMax) }

    /// Limits of at least 256 head bytes and at most `headBytesCeiling`.
    package init(
        headBytesMax: Int = 32 * 1024, headersMax: Int = 100, targetBytesMax: Int = 8 * 1024
    ) {
        let head = min(max(headBytesMax, 256), Self.headBytesCeiling)
        self.headBytesMax = head
        self.headersMax = max(headersMax, 1)
        self.targetBytesMax = min(max(targetBytesMax, 1), head)
    }
}
