import Synchronization

/// One `ContentType` object per value in use, so that a stream's content type costs a reference.
///
/// Bounded: values beyond `countMax` are not shared, which costs memory and nothing else.
/// Thread rule: any thread.
final class ContentTypeTable: Sendable {
    /// The most values that are shared.
    static let countMax = 1024

    private let known: Mutex<[ContentType]> = Mutex([])

    /// The object for a header's value, or for none. The value is not longer than
    /// `ContentType.bytesMax`. Linear in the number of values, of which there are few.
    func intern(_ value: UnsafeRawBufferPointer?) -> ContentType {
        let candidate = ContentType(value)
        return known.withLock { known in
            if let same = known.first(where: { $0.bytes.elementsEqual(candidate.bytes) }) {
                return same
            }
            if known.count < Self.countMax { known.append(candidate) }
            return candidate
        }
    }
}
