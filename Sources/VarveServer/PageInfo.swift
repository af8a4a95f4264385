import VarveLog
import VarveStreams

/// What is known of a page apart from its bytes.
struct PageInfo {
    /// The stream at the moment of the read.
    let view: StreamView
    /// Where the page begins.
    let start: StreamPosition
    /// Where the next page begins.
    let end: StreamPosition
    /// The page's bytes in stored form: each JSON message is followed by a comma.
    let byteCount: Int
    /// Whether nothing more can be read at the moment.
    let isUpToDate: Bool
    /// Whether nothing more can ever be read.
    let isFinal: Bool

    /// The page that `read` found.
    init(_ read: StreamRead) {
        view = read.view
        start = read.start
        end = read.end
        byteCount = read.run.byteCount
        isUpToDate = read.isUpToDate
        isFinal = read.isFinal
    }

    /// The page that `read` copied.
    init(_ read: SmallStreamRead) {
        view = read.view
        start = read.start
        end = read.end
        byteCount = read.byteCount
        isUpToDate = read.isUpToDate
        isFinal = read.isFinal
    }

    /// Whether messages are kept apart.
    var isJSON: Bool { view.contentType.isJSON }

    /// Whether there is something to say at once to a reader at the tail: data, or that there will
    /// be none.
    var hasNews: Bool { byteCount > 0 || isFinal }
}
