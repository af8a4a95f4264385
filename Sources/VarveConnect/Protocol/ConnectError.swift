/// A failure as it stands in an answer.
package struct ConnectError: Error, Equatable, Sendable {
    /// The kind.
    package var code: ConnectCode
    /// What happened, for people.
    package var message: String
    /// More about it, for programs.
    package var details: [ErrorDetail]

    /// A failure.
    package init(_ code: ConnectCode, _ message: String, details: [ErrorDetail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The detail of a type; nil when there is none.
    package func detail<Value: ReadableMessage>(_ type: Value.Type) -> Value? {
        for detail in details {
            if let value = detail.message(type) { return value }
        }
        return nil
    }

    /// The body of a unary answer: `{"code":…,"message":…,"details":[…]}`.
    package var json: [UInt8] {
        var output = JSONOutput()
        append(to: &output)
        return output.bytes
    }

    /// The contents of the envelope that ends a stream: `{}` without an error.
    package static func endOfStream(_ error: ConnectError?) -> [UInt8] {
        var output = JSONOutput()
        output.append("{" as Unicode.Scalar)
        if let error {
            output.append(#""error":"# as StaticString)
            error.append(to: &output)
        }
        output.append("}" as Unicode.Scalar)
        return output.bytes
    }

    private func append(to output: inout JSONOutput) {
        output.append(#"{"code":"# as StaticString)
        output.appendString(code.rawValue.utf8)
        output.append(#","message":"# as StaticString)
        output.appendString(message.utf8)
        if !details.isEmpty {
            output.append(#","details":["# as StaticString)
            for (index, detail) in details.enumerated() {
                if index > 0 { output.append("," as Unicode.Scalar) }
                detail.append(to: &output)
            }
            output.append("]" as Unicode.Scalar)
        }
        output.append("}" as Unicode.Scalar)
    }
}

extension ConnectError {
    /// The failure that bytes which are no message are answered with.
    package init(_ fault: MessageFault) {
        switch fault {
        case .malformed, .tooDeep: self.init(.invalidArgument, "\(fault)")
        case .tooLarge: self.init(.resourceExhausted, "\(fault)")
        }
    }
}
