// The body of every error response (RFC 9457), with a stable code and no internal detail.

/// Problem documents.
package enum ProblemJSON {
    /// Their media type.
    package static let contentType: StaticString = "application/problem+json"

    /// Appends `{"type":"about:blank","title":…,"status":…,"code":…,"detail":…}`. The title is the
    /// reason phrase of the status, as RFC 9457 asks where the type is `about:blank`.
    package static func append(
        status: HTTPStatus, code: StaticString, detail: StaticString, to buffer: OutputBuffer
    ) {
        append(
            status: status, code: code,
            detail: UnsafeRawBufferPointer(
                start: detail.utf8Start, count: detail.utf8CodeUnitCount),
            to: buffer)
    }

    /// Appends the document with a detail that comes from anywhere.
    package static func append(
        status: HTTPStatus, code: StaticString, detail: UnsafeRawBufferPointer,
        to buffer: OutputBuffer
    ) {
        buffer.append("{\"type\":\"about:blank\",\"title\":")
        JSONText.appendString(status.reason, to: buffer)
        buffer.append(",\"status\":")
        buffer.append(decimal: UInt64(status.rawValue))
        buffer.append(",\"code\":")
        JSONText.appendString(code, to: buffer)
        buffer.append(",\"detail\":")
        JSONText.appendString(detail, to: buffer)
        buffer.append("}")
    }

    /// Appends the document of a refusal by this layer.
    package static func append(_ error: HTTPError, to buffer: OutputBuffer) {
        append(status: error.status, code: error.code, detail: error.detail, to: buffer)
    }
}
