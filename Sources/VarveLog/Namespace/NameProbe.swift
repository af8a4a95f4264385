/// What a name was found to have at a moment, so that it need not be looked for again where nothing
/// may wait for a disk.
///
/// Immutable; any thread.
package struct NameProbe: Sendable {
    /// The stream of that name; it stays resident as long as the probe is kept.
    let stream: LogStream?
    /// How many streams had been evicted before the look.
    let evictions: UInt64
}
