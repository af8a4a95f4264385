import VarveBytes

/// Which records of an interval become redacted ones while it is copied: their leaves are computed
/// from what they said, and then it goes.
struct IntervalErasure {
    /// One record.
    private struct Place {
        /// Where its bytes begin among those that are copied.
        var offset: Int
        /// How many it has, its separator apart.
        var length: Int
        var record: UInt64
        /// The place of its leaf among those that are kept.
        var leaf: Int
        var filler: RedactionFiller
    }

    /// What is to be erased of the stream.
    let redactions: [Redaction]
    /// The stream's incarnation.
    let incarnation: Incarnation
    private var places: [Place] = []

    /// Nothing found yet.
    init(_ redactions: [Redaction], of incarnation: Incarnation) {
        self.redactions = redactions
        self.incarnation = incarnation
    }

    /// The entry with which a record goes over, whose bytes begin at `offset` of those copied and
    /// whose leaf, if it keeps one, will be the one at `leaf`; nil when it goes over as it is.
    mutating func entry(
        for element: RunInterval.Element, at offset: Int, leaf: Int
    ) -> LengthEntry? {
        let number = element.position.record
        guard element.kind == .data,
            let redaction = redactions.first(where: { $0.erases(.data, number) })
        else { return nil }
        places.append(
            Place(
                offset: offset, length: element.entry.length, record: number, leaf: leaf,
                filler: redaction.filler))
        return LengthEntry(
            length: element.entry.length, kind: .redacted,
            hasSeparator: element.entry.hasSeparator)
    }

    /// True when no record is erased.
    var isEmpty: Bool { places.isEmpty }

    /// Computes the leaves of records all of whose bytes are in `bytes`, and erases them.
    func erase(_ bytes: UnsafeMutableRawBufferPointer, _ leaves: inout [SHA256Digest]) {
        for place in places {
            let record = UnsafeMutableRawBufferPointer(
                rebasing: bytes[place.offset..<place.offset + place.length])
            leaves[place.leaf] = leaf(
                of: place, SHA256Hasher.hash(UnsafeRawBufferPointer(record)))
            place.filler.fill(record, from: 0, of: place.length)
        }
    }

    /// Sets the leaf of the only record, whose bytes `forEachChunk` gives in order.
    func setLeaf(
        _ leaves: inout [SHA256Digest],
        _ forEachChunk: ((UnsafeRawBufferPointer) -> Void) throws(LogError) -> Void
    ) throws(LogError) {
        guard let place = places.first else { return }
        let hasher = SHA256Hasher()
        var missing = place.length
        try forEachChunk { chunk in
            let own = UnsafeRawBufferPointer(rebasing: chunk.prefix(missing))
            hasher.update(own)
            missing -= own.count
        }
        leaves[place.leaf] = leaf(of: place, hasher.finish())
    }

    /// Erases a chunk of the only record, which begins at its byte `start`.
    func erase(_ chunk: UnsafeMutableRawBufferPointer, from start: Int) {
        guard let place = places.first, start < place.length else { return }
        let count = min(chunk.count, place.length - start)
        place.filler.fill(
            UnsafeMutableRawBufferPointer(rebasing: chunk[..<count]), from: start,
            of: place.length)
    }

    private func leaf(of place: Place, _ payload: SHA256Digest) -> SHA256Digest {
        Chain.leaf(
            incarnation: incarnation, record: place.record, kind: .data, length: place.length,
            payload: payload)
    }
}
