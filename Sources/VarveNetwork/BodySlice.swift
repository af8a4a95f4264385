// A piece of a response body that is sent from where it lies.

/// Bytes kept alive by an owner until they are sent: in memory or in a file.
package struct BodySlice {
    /// Where the bytes are.
    enum Place {
        /// In memory.
        case memory(UnsafeRawBufferPointer)
        /// In a file, from a position of it on.
        case file(Int32, offset: UInt64)
    }

    /// What keeps the bytes alive; nil for memory that lives for ever.
    let owner: AnyObject?
    /// Where they are.
    let place: Place
    /// How many they are.
    package let count: Int

    /// A slice of memory that stays valid and unchanged as long as `owner` lives.
    package init(owner: AnyObject?, bytes: UnsafeRawBufferPointer) {
        self.owner = owner
        place = .memory(bytes)
        count = bytes.count
    }

    /// A slice of a file: `descriptor` stays open, and the `count` bytes from `offset` on stay
    /// unchanged, as long as `owner` lives.
    ///
    /// They should be in the page cache: the loop that sends them waits for the disk otherwise. If
    /// the file ends before them, the connection is closed without the rest.
    package init(owner: AnyObject, descriptor: Int32, offset: UInt64, count: Int) {
        precondition(count >= 0, "a slice has no negative size")
        self.owner = owner
        place = .file(descriptor, offset: offset)
        self.count = count
    }

    /// The bytes of a slice of memory; nil for a file.
    var bytes: UnsafeRawBufferPointer? {
        if case .memory(let bytes) = place { bytes } else { nil }
    }

    /// The slice without its first `sent` bytes.
    func dropping(_ sent: Int) -> BodySlice {
        switch place {
        case .memory(let bytes):
            BodySlice(owner: owner, bytes: UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        case .file(let descriptor, let offset):
            BodySlice(
                owner: owner, place: .file(descriptor, offset: offset &+ UInt64(sent)),
                count: count &- sent)
        }
    }

    private init(owner: AnyObject?, place: Place, count: Int) {
        self.owner = owner
        self.place = place
        self.count = count
    }
}
