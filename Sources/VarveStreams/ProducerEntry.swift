import VarveBytes
import VarveLog

/// The entry of one idempotent producer in a stream's saved state.
///
/// `docs/format.md`, section "Stream state in the catalog", has the table. Persisted.
enum ProducerEntry {
    /// The first byte of the key: an entry of another kind begins with another. Persisted.
    private static let tag: UInt8 = 1

    /// The entry of the producer `id`.
    static func encode(
        _ id: UnsafeRawBufferPointer, _ producer: ProducerTable.Producer
    ) -> StateEntry {
        var value: [UInt8] = []
        append(producer.epoch, to: &value)
        append(producer.sequence, to: &value)
        return StateEntry(key: [tag] + Array(id), value: value)
    }

    /// Calls `body` with the producer's id, valid for the call, and its place.
    static func decode(
        _ entry: StateEntry,
        _ body: (UnsafeRawBufferPointer, ProducerTable.Producer) -> Void
    ) throws(StreamImageCoding.Malformed) {
        guard entry.key.first == tag,
            (2...1 + ProducerTuple.idBytesMax).contains(entry.key.count),
            let producer = producer(entry.value)
        else { throw StreamImageCoding.Malformed() }
        entry.key.withUnsafeBytes { key in
            body(UnsafeRawBufferPointer(rebasing: key.dropFirst()), producer)
        }
    }

    private static func producer(_ value: [UInt8]) -> ProducerTable.Producer? {
        value.withUnsafeBytes { value in
            var reader = ByteReader(value)
            guard let epoch = try? reader.readVarint(), epoch <= ProducerTuple.numberMax,
                let sequence = try? reader.readVarint(), sequence <= ProducerTuple.numberMax,
                reader.isAtEnd
            else { return nil }
            return ProducerTable.Producer(epoch: epoch, sequence: sequence)
        }
    }

    private static func append(_ number: UInt64, to value: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Varint.byteCountMax, alignment: 1) { room in
            guard let base = room.baseAddress else { return }
            let count = Varint.encode(number, to: base)
            value.append(contentsOf: room[..<count])
        }
    }
}
