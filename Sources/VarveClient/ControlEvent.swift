import Foundation

/// The JSON of a `control` event of a live answer.
struct ControlEvent: Decodable {
    /// The offset after the content of the event before.
    let streamNextOffset: String
    /// The cursor for the next live request.
    let streamCursor: String?
    /// Whether that reached the tail.
    let upToDate: Bool?
    /// Whether the stream is closed and nothing follows.
    let streamClosed: Bool?
}
