public import Foundation

/// A run of a stream's content, as one answer or one live event brought it.
public struct StreamBatch: Sendable, Hashable {
    /// The content; of a JSON stream one array of messages. Empty when there was nothing new.
    public let content: Data
    /// The stream's content type.
    public let contentType: String
    /// Where the next batch begins: keep it to continue later.
    public let nextOffset: StreamOffset
    /// Whether the batch reaches the stream's tail as it was when the server answered.
    public let isUpToDate: Bool
    /// Whether the stream is closed and nothing follows this batch.
    public let isClosed: Bool

    /// Whether the batch's content is JSON messages.
    public var isJSON: Bool { MediaType.isJSON(contentType) }

    /// Whether there is any content: an empty array has none.
    public var isEmpty: Bool { content.isEmpty || isJSON && messages.isEmpty }

    /// The messages of a JSON stream, each as it was appended. Linear in the content's size.
    public var messages: [Data] { JSONMessages.split(content) }
}
