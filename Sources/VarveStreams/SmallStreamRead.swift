package import VarveLog

/// A small page, copied.
package struct SmallStreamRead {
    /// The stream at the moment of the read.
    package var view: StreamView
    /// Where the page begins.
    package var start: StreamPosition
    /// Where the next page begins.
    package var end: StreamPosition
    /// How many bytes were copied, in stored form: each JSON message is followed by a comma.
    package var byteCount: Int

    /// True when nothing more can be read at the moment.
    package var isUpToDate: Bool { end == view.tail }
    /// True when nothing more can ever be read.
    package var isFinal: Bool { view.isClosed && isUpToDate }
}
