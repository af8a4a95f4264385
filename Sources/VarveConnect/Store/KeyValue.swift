/// common.kv.v1.Entry: a key with its value.
package struct KeyValue: Equatable, Sendable {
    /// The key.
    package var key: [UInt8]
    /// The value.
    package var value: [UInt8]

    /// A key with its value.
    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }

    init(_ view: MessageView) {
        key = Array(view.bytes(1))
        value = Array(view.bytes(2))
    }

    /// The entries of a repeated field.
    static func all(_ view: MessageView, _ number: UInt32) -> [KeyValue] {
        var entries: [KeyValue] = []
        entries.reserveCapacity(view.count(number))
        view.forEachMessage(number) { entries.append(KeyValue($0)) }
        return entries
    }

    /// Sets a repeated field to entries.
    static func set(
        _ entries: [KeyValue], _ number: UInt32, _ builder: MessageBuilder
    ) throws(MessageFault) {
        try builder.messages(number, count: entries.count) { (index, entry) throws(MessageFault) in
            try entry.set(1, entries[index].key)
            try entry.set(2, entries[index].value)
        }
    }

    /// Fills an empty entry of a message.
    package static func write(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, to entry: MessageBuilder
    ) throws(MessageFault) {
        try entry.set(1, key)
        try entry.set(2, value)
    }
}
