/// Takes the bytes of a message apart field by field, from front to back.
struct WireReader {
    /// How a value is laid out, as the low bits of the number before it say.
    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
        case startGroup = 3
        case endGroup = 4
        case fixed32 = 5
    }

    /// What stands before a value.
    struct Tag {
        /// The number of the field, 1 or more.
        let number: UInt32
        let type: WireType
    }

    /// The longest number before a value: 29 bits for the field, 3 for the layout.
    private static let tagBytesMax = 5
    private static let varintBytesMax = 10

    private let bytes: UnsafeRawBufferPointer
    /// The byte that comes next.
    private(set) var index: Int
    private let end: Int

    /// A reader of a part of `bytes`; places in faults are those in `bytes`.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    /// Whether no byte is left.
    var isAtEnd: Bool { index == end }

    /// The fault `detail` at byte `start`.
    func fault(_ start: Int, _ detail: String) -> MessageFault {
        .malformed("byte \(start): \(detail)")
    }

    /// Takes what stands before a value.
    mutating func tag() throws(MessageFault) -> Tag {
        let start = index
        let tag = try varint()
        guard index - start <= Self.tagBytesMax, tag >> 3 != 0, let tag = UInt32(exactly: tag)
        else { throw fault(start, "\(tag >> 3) is no number of a field") }
        guard let type = WireType(rawValue: UInt8(tag & 7)) else {
            throw fault(start, "wire type \(tag & 7) is not supported")
        }
        return Tag(number: tag >> 3, type: type)
    }

    /// Takes a number of up to 64 bits; what goes beyond them is cut off.
    mutating func varint() throws(MessageFault) -> UInt64 {
        let start = index
        var value: UInt64 = 0
        for place in 0..<Self.varintBytesMax {
            guard index < end else { throw fault(start, "the message ends within a number") }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) << UInt64(7 * place)
            if byte < 0x80 { return value }
        }
        throw fault(start, "a number has more than ten bytes")
    }

    /// Takes as many bytes as a number of a fixed size has.
    mutating func fixed<Value: FixedWidthInteger>(
        _ type: Value.Type
    ) throws(MessageFault) -> Value {
        let count = MemoryLayout<Value>.size
        guard count <= end - index else { throw fault(index, "the message ends within a field") }
        defer { index += count }
        let value = UnsafeRawBufferPointer(rebasing: bytes[index..<(index + count)])
            .loadUnaligned(as: Value.self)
        return Value(littleEndian: value)
    }

    /// Takes a length and as many bytes, and returns where they are.
    mutating func delimited() throws(MessageFault) -> Range<Int> {
        let start = index
        let length = try varint()
        guard length <= UInt64(end - index) else {
            throw fault(start, "the field is longer than its message")
        }
        let range = index..<(index + Int(length))
        index = range.upperBound
        return range
    }

    /// Takes the value behind `tag` and forgets it.
    ///
    /// - Parameter depth: how deep the message is nested that the value is a part of; a group,
    ///   which old protobuf has in place of some messages, is one deeper.
    mutating func skip(_ tag: Tag, depth: Int) throws(MessageFault) {
        switch tag.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed(UInt64.self)
        case .fixed32: _ = try fixed(UInt32.self)
        case .delimited: _ = try delimited()
        case .endGroup: throw fault(index, "a group ends that did not begin")
        case .startGroup:
            guard depth < MessageReader.depthMax else {
                throw .tooDeep(limit: MessageReader.depthMax)
            }
            while true {
                guard !isAtEnd else { throw fault(index, "the message ends within a group") }
                let inner = try self.tag()
                if inner.type == .endGroup, inner.number == tag.number { return }
                try skip(inner, depth: depth + 1)
            }
        }
    }
}
