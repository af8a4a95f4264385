// The client's side of server-sent events: the stream interpretation of the HTML standard, section
// "Server-sent events", over bytes that arrive in any pieces.

/// One dispatched event.
package struct SSEEvent: Equatable, Sendable {
    /// The event's name; `message` if the server gave none.
    package var name: String
    /// The data lines joined by line feeds.
    package var data: [UInt8]
    /// The last event id the server has sent so far, empty if none.
    package var lastEventID: String

    /// An event of these parts.
    package init(name: String, data: [UInt8], lastEventID: String = "") {
        self.name = name
        self.data = data
        self.lastEventID = lastEventID
    }
}

/// Why an event stream cannot be read on.
package enum SSEError: Error, Equatable, Sendable {
    /// A line or event is over the limit, in bytes.
    case eventTooLarge(limit: Int)
}

/// An incremental parser of one event stream.
///
/// Where the input is split makes no difference. An event that the end of the stream cuts off is
/// never dispatched.
package struct SSEParser: Sendable {
    private let eventBytesMax: Int
    /// The part of the current line that earlier input brought.
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name = ""
    private var lastEventID = ""
    private var endsWithReturn = false
    private var isFirstLine = true

    /// The reconnection time that the server asked for, in milliseconds.
    package private(set) var retryMilliseconds: UInt64?

    /// A parser that takes events of up to `eventBytesMax` bytes.
    package init(eventBytesMax: Int = 256 * 1024 * 1024) {
        self.eventBytesMax = eventBytesMax
    }

    /// Takes the next bytes of the stream and passes every event that they complete to `dispatch`.
    /// Throws when an event is over the limit; the parser is of no use after that.
    package mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ dispatch: (SSEEvent) -> Void
    ) throws(SSEError) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        var index = endsWithReturn && bytes[0] == 0x0A ? 1 : 0
        endsWithReturn = false
        while index < bytes.count {
            let stop = ByteScan.firstLineBreak(in: base, from: index, to: bytes.count)
            guard line.count + data.count + (stop - index) <= eventBytesMax else {
                throw .eventTooLarge(limit: eventBytesMax)
            }
            line.append(contentsOf: bytes[index..<stop])
            guard stop < bytes.count else { return }
            takeLine(dispatch)
            index = stop + 1
            guard bytes[stop] == 0x0D else { continue }
            endsWithReturn = index == bytes.count
            if index < bytes.count, bytes[index] == 0x0A { index += 1 }
        }
    }

    /// Interprets the completed line.
    private mutating func takeLine(_ dispatch: (SSEEvent) -> Void) {
        defer { line.removeAll(keepingCapacity: true) }
        var start = 0
        if isFirstLine {
            isFirstLine = false
            // A byte order mark in front of the stream is ignored.
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        }
        guard start < line.count else {
            finishEvent(dispatch)
            return
        }
        let colon = line[start...].firstIndex(of: 0x3A) ?? line.count
        guard colon > start else { return }
        var value = min(colon + 1, line.count)
        if value < line.count, line[value] == 0x20 { value += 1 }
        switch String(decoding: line[start..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(0x0A) }
            hasData = true
            data.append(contentsOf: line[value...])
        case "event": name = String(decoding: line[value...], as: UTF8.self)
        case "id":
            if !line[value...].contains(0) {
                lastEventID = String(decoding: line[value...], as: UTF8.self)
            }
        case "retry": takeRetry(line[value...])
        default: break
        }
    }

    /// Takes a reconnection time, which is digits only.
    private mutating func takeRetry(_ digits: ArraySlice<UInt8>) {
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return }
        retryMilliseconds = UInt64(String(decoding: digits, as: UTF8.self)) ?? retryMilliseconds
    }

    /// Dispatches the event that an empty line ends, if it has data.
    private mutating func finishEvent(_ dispatch: (SSEEvent) -> Void) {
        let eventName = name
        name = ""
        guard hasData else { return }
        hasData = false
        let event = SSEEvent(
            name: eventName.isEmpty ? "message" : eventName, data: data, lastEventID: lastEventID)
        data = []
        dispatch(event)
    }
}
