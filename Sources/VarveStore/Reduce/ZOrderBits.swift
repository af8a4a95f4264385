/// Where the bits of one interleaved field stand in a key.
struct ZOrderBits {
    /// What the field is read as.
    let kind: FieldKind
    /// The place of each bit, from the first to the last of the field, in bits from the key's
    /// start.
    let places: [Int]
    /// How many bytes a key must have for all of the interleaved fields.
    let keyBytesMin: Int

    /// How many bytes the field has.
    var byteCount: Int { places.count / 8 }

    /// The places of a field's bits.
    /// - Throws: `invalidReduce` where there is no such field, or its width does not fit its kind.
    init(_ field: ZOrderField) throws(StoreError) {
        let keyBits = StoreLimits.keyBytesMax * 8
        guard (0...keyBits).contains(field.bitOffset) else {
            throw .invalidReduce("a key has no bit \(field.bitOffset)")
        }
        guard field.widths.indices.contains(field.position) else {
            throw .invalidReduce(
                "\(field.widths.count) fields are interleaved, none is number \(field.position)")
        }
        var bits = 0
        for width in field.widths {
            guard width >= 0, width <= StoreLimits.keyBytesMax, bits <= keyBits else {
                throw .invalidReduce("interleaved fields of \(field.widths) bytes are too long")
            }
            bits += width * 8
        }
        let width = field.widths[field.position]
        guard field.kind == .utf8 || field.kind.keyBytes == width else {
            throw .invalidReduce(
                "a field of \(width) bytes cannot be \(field.kind): it has \(field.kind.keyBytes)")
        }
        kind = field.kind
        keyBytesMin = (field.bitOffset + bits + 7) / 8
        var places: [Int] = []
        for bit in 0..<width * 8 {
            var place = field.bitOffset + bit
            // The bits of the others that come first: of the rounds before, and of this one.
            for (other, width) in field.widths.enumerated() where other != field.position {
                let rounds = bit + (other < field.position ? 1 : 0)
                place += min(width * 8, rounds)
            }
            places.append(place)
        }
        self.places = places
    }

    /// Gathers the field's bytes into `target`, which has room for them.
    /// - Throws: `RowFault` for a key that is too short.
    func gather(
        _ key: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(RowFault) -> UnsafeRawBufferPointer {
        guard key.count >= keyBytesMin else { throw RowFault.unusable }
        var byte: UInt8 = 0
        for (bit, place) in places.enumerated() {
            byte = byte << 1 | (key[place >> 3] >> (7 - UInt8(place & 7)) & 1)
            if bit & 7 == 7 { target[bit >> 3] = byte }
        }
        return UnsafeRawBufferPointer(rebasing: target[..<byteCount])
    }
}
