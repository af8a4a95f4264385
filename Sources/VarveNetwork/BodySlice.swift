// A piece of a response body that is sent from where it lies.

/// Bytes kept alive by an owner until they are sent.
package struct BodySlice {
    /// What keeps the bytes alive; nil for memory that lives for ever.
    package let owner: AnyObject?
    /// The bytes.
    package let bytes: UnsafeRawBufferPointer

    /// A slice of memory that stays valid and unchanged as long as `owner` lives.
    package init(owner: AnyObject?, bytes: UnsafeRawBufferPointer) {
        self.owner = owner
        self.bytes = bytes
    }
}
