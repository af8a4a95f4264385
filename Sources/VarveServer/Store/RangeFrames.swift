import VarveConnect
import VarveStore

/// The frames of a range. A range without rows has one frame, which is empty.
final class RangeFrames: FrameSource {
    private let context: StoreWork.Context
    private let cursor: ScanCursor
    private let sequence: UInt64
    private let frameRows: Int
    private var left: Int
    private var isFirst = true

    /// The frames of what lies before a cursor, at most `limit` rows.
    init(
        _ context: StoreWork.Context, _ cursor: ScanCursor, _ sequence: UInt64, limit: Int?,
        frameRows: Int
    ) {
        self.context = context
        self.cursor = cursor
        self.sequence = sequence
        self.frameRows = frameRows
        left = limit ?? .max
    }

    func next() throws(ConnectError) -> Frame {
        var rowCount = 0
        let bytes: [UInt8]
        do throws(MessageFault) {
            bytes = try context.call.format.write(.rangeFrame, room: Envelope.headBytes) {
                (builder) throws(MessageFault) in
                rowCount = try fill(builder)
                QueryDetail(sequence: sequence).write(to: try builder.message(2))
            }
        } catch {
            throw ConnectError(error)
        }
        if let fault { throw context.fault(fault) }
        let isLast = left == 0 || cursor.isOver
        defer { isFirst = false }
        if rowCount == 0 && !isFirst { return Frame(bytes: [], rowCount: 0, isLast: true) }
        return Frame(
            bytes: StoreAnswer.envelope(bytes, context.call), rowCount: rowCount, isLast: isLast)
    }

    private var fault: StoreError?

    /// Adds the next rows: as many as a frame may have, by number and by bytes.
    private func fill(_ builder: MessageBuilder) throws(MessageFault) -> Int {
        guard left > 0, !cursor.isOver else { return 0 }
        let most = min(frameRows, left)
        var rows = MessageList(1, of: builder)
        var rowCount = 0
        var byteCount = 0
        var unfit: MessageFault?
        do throws(StoreError) {
            try cursor.page { key, value in
                do throws(MessageFault) {
                    try KeyValue.write(key, value, to: rows.append())
                } catch {
                    unfit = error
                    return false
                }
                rowCount += 1
                byteCount += key.count + value.count
                return rowCount < most && byteCount < StoreLimits.frameBytesMax
            }
        } catch {
            fault = error
        }
        if let unfit { throw unfit }
        try rows.store()
        left -= rowCount
        return rowCount
    }
}
