import CProtobufC

/// An enumeration of a .proto file.
struct MessageEnumeration {
    private let descriptor: UnsafePointer<ProtobufCEnumDescriptor>

    init(_ descriptor: UnsafePointer<ProtobufCEnumDescriptor>) {
        self.descriptor = descriptor
    }

    /// Whether it is the one whose only value JSON writes as null.
    var isNullValue: Bool {
        UnsafeRawBufferPointer(cString: descriptor.pointee.name)
            .elementsEqual("google.protobuf.NullValue".utf8)
    }

    /// The name of a value; nil when it has none.
    func name(of value: Int32) -> UnsafeRawBufferPointer? {
        protobuf_c_enum_descriptor_get_value(descriptor, value)
            .map { UnsafeRawBufferPointer(cString: $0.pointee.name) }
    }

    /// The value of a name, which may lack the part that all names have in common:
    /// `TRAVERSAL_MODE_REVERSE` or `REVERSE`. Nil when there is none.
    func value(named name: UnsafeRawBufferPointer) -> Int32? {
        let prefix = prefixBytes
        for index in 0..<Int(descriptor.pointee.n_values) {
            let value = descriptor.pointee.values[index]
            let full = UnsafeRawBufferPointer(cString: value.name)
            if full.elementsEqual(name) { return value.value }
            if full.count > prefix, full.dropFirst(prefix).elementsEqual(name) {
                return value.value
            }
        }
        return nil
    }

    /// The bytes of the enumeration's own name in capitals with a low line behind each word.
    private var prefixBytes: Int {
        let name = UnsafeRawBufferPointer(cString: descriptor.pointee.short_name)
        return name.count + name.count(where: { (0x41...0x5a).contains($0) })
    }
}
