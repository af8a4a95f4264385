/// An encoding ended before what it announced, or said something that cannot be.
@usableFromInline
package struct TruncatedInput: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the input the missing piece begins.
    @usableFromInline package let position: Int
    /// How many bytes were expected there; 0 when the bytes were there but made no sense.
    @usableFromInline package let expected: Int
    /// How many bytes were left.
    @usableFromInline package let available: Int

    /// An error about `expected` bytes at `position` of which only `available` are there.
    @inlinable
    package init(position: Int, expected: Int, available: Int) {
        self.position = position
        self.expected = expected
        self.available = available
    }

    /// One line with all three numbers.
    @usableFromInline package var description: String {
        expected == 0
            ? "malformed value at byte \(position)"
            : "expected \(expected) bytes at byte \(position), found \(available)"
    }
}
