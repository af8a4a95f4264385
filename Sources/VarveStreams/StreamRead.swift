package import VarveLog

/// A read of one page.
package struct StreamRead {
    /// The stream at the moment of the read.
    package var view: StreamView
    /// The records of the page, in stored form: each JSON message is followed by a comma.
    package var run: ReadRun
    /// Where the page begins.
    package var start: StreamPosition
    /// Where the next page begins.
    package var end: StreamPosition

    /// True when nothing more can be read at the moment.
    package var isUpToDate: Bool { end == view.tail }
    /// True when nothing more can ever be read.
    package var isFinal: Bool { view.isClosed && isUpToDate }
}
