/// What a request brings to append: one body, or messages that are apart already.
///
/// All memory is the caller's and is only used during the call.
package enum StreamContent {
    /// The bytes of a request's body: one record, or, in a JSON stream, as many as it has messages.
    case body(UnsafeRawBufferPointer)
    /// Messages, each of which becomes one record; in a JSON stream each must be one JSON value.
    case messages(UnsafeBufferPointer<UnsafeRawBufferPointer>)

    /// Nothing.
    package static var none: StreamContent { .body(UnsafeRawBufferPointer(start: nil, count: 0)) }

    /// True when there is nothing to append.
    package var isEmpty: Bool {
        switch self {
        case .body(let body): body.isEmpty
        case .messages(let messages): messages.isEmpty
        }
    }
}
