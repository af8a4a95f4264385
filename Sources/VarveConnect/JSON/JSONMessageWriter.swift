import CProtobufC

/// Messages in protobuf's JSON encoding, written by what their type says: lower camel case, 64-bit
/// integers as strings, bytes as base64, enumerations by name, defaults left out.
struct JSONMessageWriter {
    private var output: JSONOutput

    /// The JSON of a message, behind `room` bytes that are zero.
    static func encode(_ view: MessageView, room: Int = 0) -> [UInt8] {
        var writer = JSONMessageWriter(output: JSONOutput(room: room))
        writer.write(view)
        return writer.output.bytes
    }

    private mutating func write(_ view: MessageView) {
        if let wellKnown = WellKnownType(view.type) { return write(view, wellKnown) }
        output.append("{" as Unicode.Scalar)
        var isFirst = true
        for index in 0..<view.type.fieldCount {
            let field = view.type.field(at: index)
            guard view.isPresent(field) else { continue }
            if !isFirst { output.append("," as Unicode.Scalar) }
            isFirst = false
            output.appendString(field.jsonName)
            output.append(":" as Unicode.Scalar)
            write(field, of: view)
        }
        output.append("}" as Unicode.Scalar)
    }

    private mutating func write(_ field: MessageField, of view: MessageView) {
        if let entry = field.mapEntry { return write(field, entry, of: view) }
        guard field.isRepeated else { return write(field, at: view.base + field.offset) }
        output.append("[" as Unicode.Scalar)
        for index in 0..<view.count(field) {
            if index > 0 { output.append("," as Unicode.Scalar) }
            write(field, at: view.element(field, index))
        }
        output.append("]" as Unicode.Scalar)
    }

    private mutating func write(
        _ field: MessageField, _ entry: (type: MessageType, key: MessageField, value: MessageField),
        of view: MessageView
    ) {
        output.append("{" as Unicode.Scalar)
        for index in 0..<view.count(field) {
            guard let element = view.message(at: view.element(field, index), entry.type) else {
                continue
            }
            if index > 0 { output.append("," as Unicode.Scalar) }
            output.appendString(MessageView.bytes(at: element.base + entry.key.offset))
            output.append(":" as Unicode.Scalar)
            write(entry.value, at: element.base + entry.value.offset)
        }
        output.append("}" as Unicode.Scalar)
    }

    /// Writes the value at `place`.
    private mutating func write(_ field: MessageField, at place: UnsafeRawPointer) {
        switch field.kind {
        case .int32: output.append(String(place.load(as: Int32.self)))
        case .uint32: output.append(String(place.load(as: UInt32.self)))
        case .int64: output.append("\"\(place.load(as: Int64.self))\"" as String)
        case .uint64: output.append("\"\(place.load(as: UInt64.self))\"" as String)
        case .double: write(place.load(as: Double.self))
        case .float: write(Double(place.load(as: Float.self)))
        case .bool:
            let isTrue = place.load(as: protobuf_c_boolean.self) != 0
            output.append(isTrue ? "true" : "false" as StaticString)
        case .enumeration: write(place.load(as: Int32.self), field.enumeration)
        case .string:
            output.appendString(MessageView.bytes(at: place))
        case .bytes: output.appendBase64(MessageView.bytes(at: place))
        case .message:
            if let type = field.messageType, let base = place.load(as: UnsafeRawPointer?.self) {
                write(MessageView(base, type))
            } else {
                output.append("null" as StaticString)
            }
        }
    }

    private mutating func write(_ value: Int32, _ enumeration: MessageEnumeration?) {
        if let enumeration, enumeration.isNullValue {
            output.append("null" as StaticString)
        } else if let name = enumeration?.name(of: value) {
            output.appendString(name)
        } else {
            output.append(String(value))
        }
    }

    private mutating func write(_ value: Double) {
        if value.isNaN {
            output.append("\"NaN\"" as StaticString)
        } else if value.isInfinite {
            output.append(value < 0 ? "\"-Infinity\"" : "\"Infinity\"" as StaticString)
        } else {
            output.append(value.description)
        }
    }

    private mutating func write(_ view: MessageView, _ type: WellKnownType) {
        switch type {
        case .value:
            let fields = (0..<view.type.fieldCount).map { view.type.field(at: $0) }
            if let field = fields.first(where: { view.isSet($0) }) {
                write(field, at: view.base + field.offset)
            } else {
                output.append("null" as StaticString)
            }
        case .structure, .list: write(view.type.known(WellKnownType.contents), of: view)
        case .duration:
            let text = DurationText.text(
                seconds: view.number(1, as: Int64.self) ?? 0,
                nanoseconds: view.number(2, as: Int32.self) ?? 0)
            output.appendString(text.utf8)
        }
    }
}
