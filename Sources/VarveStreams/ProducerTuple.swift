/// What an idempotent producer says of one append: who it is, its epoch and its sequence number.
package struct ProducerTuple {
    /// The longest id, in bytes.
    package static let idBytesMax = 256
    /// The greatest epoch and the greatest sequence number, 2^53 - 1.
    package static let numberMax: UInt64 = (1 << 53) - 1

    /// The producer's id; the caller's memory, valid for the call.
    package var id: UnsafeRawBufferPointer
    /// Raised by the producer when it begins anew; older epochs are fenced off.
    package var epoch: UInt64
    /// Counts the producer's appends within the epoch, from 0.
    package var sequence: UInt64

    /// A tuple as the request has it.
    package init(id: UnsafeRawBufferPointer, epoch: UInt64, sequence: UInt64) {
        self.id = id
        self.epoch = epoch
        self.sequence = sequence
    }

    /// True when id and numbers are within their limits.
    var isValid: Bool {
        !id.isEmpty && id.count <= Self.idBytesMax && epoch <= Self.numberMax
            && sequence <= Self.numberMax
    }
}
