/// A batch that was encoded and checked and has no sequence yet.
package struct EncodedBatch: Sendable {
    /// What it does.
    package let kind: StoreBatch.Kind
    /// How many entries it has.
    package let count: Int
    /// Its bytes and nothing else.
    let memory: BatchMemory
}
