extension ConnectError {
    /// The most details that are read of one error.
    private static let detailsMax = 64

    /// Reads the body of a unary answer; nil when it is none of an error.
    package init?(json: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(json)
        guard let error = try? Self.read(&scanner), (try? scanner.expectEnd()) != nil else {
            return nil
        }
        self = error
    }

    /// Reads the contents of the envelope that ends a stream: the error, or nil without one.
    package static func readEndOfStream(
        _ json: UnsafeRawBufferPointer
    ) throws(MessageFault) -> ConnectError? {
        var scanner = JSONScanner(json)
        var error: ConnectError?
        try scanner.object { (scanner, key) throws(MessageFault) in
            if key.raw.elementsEqual("error".utf8), scanner.peek() == UInt8(ascii: "{") {
                error = try read(&scanner)
            } else {
                try scanner.skipValue()
            }
        }
        try scanner.expectEnd()
        return error
    }

    private static func read(_ scanner: inout JSONScanner) throws(MessageFault) -> ConnectError {
        var error = ConnectError(.unknown, "")
        try scanner.object { (scanner, key) throws(MessageFault) in
            if key.raw.elementsEqual("code".utf8), scanner.peek() == UInt8(ascii: "\"") {
                error.code = ConnectCode(rawValue: try string(&scanner)) ?? .unknown
            } else if key.raw.elementsEqual("message".utf8), scanner.peek() == UInt8(ascii: "\"") {
                error.message = try string(&scanner)
            } else if key.raw.elementsEqual("details".utf8), scanner.peek() == UInt8(ascii: "[") {
                try scanner.array { (scanner) throws(MessageFault) in
                    let detail = try readDetail(&scanner)
                    if let detail, error.details.count < detailsMax,
                        !error.details.contains(detail)
                    {
                        error.details.append(detail)
                    }
                }
            } else {
                try scanner.skipValue()
            }
        }
        return error
    }

    private static func readDetail(
        _ scanner: inout JSONScanner
    ) throws(MessageFault) -> ErrorDetail? {
        guard scanner.peek() == UInt8(ascii: "{") else {
            try scanner.skipValue()
            return nil
        }
        var name: String?
        var value: [UInt8]?
        try scanner.object { (scanner, key) throws(MessageFault) in
            guard scanner.peek() == UInt8(ascii: "\"") else { return try scanner.skipValue() }
            let text = try string(&scanner)
            if key.raw.elementsEqual("type".utf8) { name = text }
            if key.raw.elementsEqual("value".utf8) {
                value = Array(text.utf8).withUnsafeBytes { AnyBase64.decode($0) }
            }
        }
        guard var name, let value else { return nil }
        if name.hasPrefix(ErrorDetail.prefix) { name.removeFirst(ErrorDetail.prefix.count) }
        return ErrorDetail(typeName: name, value: value)
    }

    private static func string(_ scanner: inout JSONScanner) throws(MessageFault) -> String {
        let text = try scanner.text()
        return try text.withBytes { (bytes) throws(MessageFault) in
            String(decoding: bytes, as: UTF8.self)
        }
    }
}
