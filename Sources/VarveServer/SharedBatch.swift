// One batch of an event stream, encoded once for every reader of a loop that is at its beginning.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

/// A data event with its control event, or a control event alone, ready to be written.
struct SharedBatch {
    /// The bytes of both events and their framing beside the payload.
    private static let framingBytes = 256

    /// The bytes of the events.
    private(set) var bytes = SharedBytes.empty
    /// The page that the batch carries; nil before the first encoding.
    private(set) var info: PageInfo?
    private var cursor: UInt64 = 0

    /// Whether the batch begins at `position` and has the cursor `cursor`.
    func fits(_ position: StreamPosition, cursor: UInt64) -> Bool {
        info?.start == position && self.cursor == cursor
    }

    /// Encodes a page.
    mutating func encode(
        _ info: PageInfo, _ payload: PageBytes, cursor: UInt64, _ metrics: LoopMetrics
    ) {
        let output = OutputBuffer(capacity: info.byteCount + Self.framingBytes)
        if info.byteCount > 0 {
            appendData(info, payload, to: output)
            metrics.eventBatches.add()
        }
        self.info = info
        self.cursor = cursor
        appendControl(info, to: output)
        bytes = SharedBytes(copying: output.readable)
    }

    private func appendData(_ info: PageInfo, _ payload: PageBytes, to output: OutputBuffer) {
        let type = info.view.contentType
        var event = SSEDataEvent(
            in: output, encoding: type.isJSON || type.isText ? .text : .base64)
        if type.isJSON { event.append(UnsafeRawBufferPointer("[")) }
        switch payload {
        case .scratch(let bytes): append(bytes, isLast: true, info, to: &event)
        case .owned(let owned): append(owned.bytes, isLast: true, info, to: &event)
        case .pieces(let pieces):
            for (index, piece) in pieces.enumerated() {
                guard case .memory(_, let bytes) = piece else {
                    preconditionFailure("a batch is read into memory")
                }
                append(bytes, isLast: index == pieces.count - 1, info, to: &event)
            }
        }
        if type.isJSON { event.append(UnsafeRawBufferPointer("]")) }
        event.end()
    }

    /// Appends a piece of the payload. Each JSON message is stored with a comma behind it; that of
    /// the last one is left out.
    private func append(
        _ piece: UnsafeRawBufferPointer, isLast: Bool, _ info: PageInfo,
        to event: inout SSEDataEvent
    ) {
        let isCut = info.isJSON && isLast
        event.append(isCut ? UnsafeRawBufferPointer(rebasing: piece.dropLast()) : piece)
    }

    private func appendControl(_ info: PageInfo, to output: OutputBuffer) {
        withUnsafeTemporaryAllocation(byteCount: OffsetToken.byteCount, alignment: 1) { token in
            guard let base = token.baseAddress else { return }
            OffsetToken.write(info.end, to: base)
            SSEEncoder.append(
                SSEEncoder.Control(
                    nextOffset: UnsafeRawBufferPointer(token),
                    cursor: info.isFinal ? nil : cursor, upToDate: info.isUpToDate,
                    closed: info.isFinal),
                to: output)
        }
    }
}
