import VarveConnect
import VarveStore

/// The frames of many keys, in the order they were asked for.
final class GetManyFrames: FrameSource {
    private let context: StoreWork.Context
    private let snapshot: StoreSnapshot
    private let keys: [[UInt8]]
    private let frameRows: Int
    private var index = 0

    /// The frames of `keys`, of which there is at least one.
    init(
        _ context: StoreWork.Context, _ snapshot: StoreSnapshot, _ keys: [[UInt8]], frameRows: Int
    ) {
        self.context = context
        self.snapshot = snapshot
        self.keys = keys
        self.frameRows = frameRows
    }

    func next() throws(ConnectError) -> Frame {
        var entries: [GetManyFrame.Entry] = []
        var byteCount = 0
        while index < keys.count, entries.count < frameRows,
            byteCount < StoreLimits.frameBytesMax
        {
            let key = keys[index]
            let value = try context.wrap { () throws(StoreError) in try snapshot.get(key) }
            entries.append(.init(key: key, value: value))
            byteCount += key.count + (value?.count ?? 0)
            index += 1
        }
        let frame = GetManyFrame(
            entries: entries, detail: QueryDetail(sequence: snapshot.sequence))
        let bytes = try context.encode(frame, room: Envelope.headBytes)
        return Frame(
            bytes: StoreAnswer.envelope(bytes, context.call), rowCount: entries.count,
            isLast: index == keys.count)
    }
}
