/// A moment at which a stream must be looked at, though nobody asks for it.
package struct StreamAlarm: Comparable, Sendable {
    /// The moment, in milliseconds since 1970.
    package var milliseconds: UInt64
    /// The stream.
    package var stream: StreamID

    /// Before every other.
    package static let first = StreamAlarm(milliseconds: 0, stream: StreamID(rawValue: 0))

    /// An alarm.
    package init(milliseconds: UInt64, stream: StreamID) {
        self.milliseconds = milliseconds
        self.stream = stream
    }

    /// By moment, then by stream.
    package static func < (left: StreamAlarm, right: StreamAlarm) -> Bool {
        (left.milliseconds, left.stream.rawValue) < (right.milliseconds, right.stream.rawValue)
    }
}
