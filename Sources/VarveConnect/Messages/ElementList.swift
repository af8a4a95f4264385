/// The values of a repeated field whose number is not known yet, in memory that doubles.
struct ElementList {
    private let width: Int
    private var count = 0
    private var capacity = 0
    private var memory: UnsafeMutableRawPointer?

    /// An empty list of values of `width` bytes.
    init(width: Int) {
        self.width = width
    }

    /// Room for one more value, all zero; valid until the next call.
    mutating func next(in source: MessageMemory) throws(MessageFault) -> UnsafeMutableRawPointer {
        if count == capacity || memory == nil {
            let larger = max(8, capacity * 2)
            let grown = try source.take(larger * width)
            if let memory { grown.copyMemory(from: memory, byteCount: count * width) }
            memory = grown
            capacity = larger
        }
        guard let memory else { throw .tooLarge(limitBytes: 0) }
        let place = memory + count * width
        place.initializeMemory(as: UInt8.self, repeating: 0, count: width)
        count += 1
        return place
    }

    /// Makes the list the value of a field.
    func store(in message: MessageBuilder, _ field: MessageField) throws(MessageFault) {
        guard count > 0, let memory else { return }
        let list = try message.list(field, count)
        list.copyMemory(from: memory, byteCount: count * width)
    }
}
