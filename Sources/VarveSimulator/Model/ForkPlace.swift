import VarveLog

/// Where a fork begins that was asked for somewhere, found in plain memory.
struct ForkPlace {
    /// What the stream is a fork of.
    let fork: ModelFork
    /// The front of a record that is cut, which is the fork's first one; else nothing.
    let piece: [[UInt8]]

    /// The place asked for in `source`; nil when there is none.
    init?(of request: CreateRequest.ForkRequest, in source: ModelStream) {
        let anchor = request.offset ?? source.tail
        guard anchor >= source.visibleStart, source.isBoundary(anchor) else { return nil }
        var record = Int(anchor.record)
        var piece: [[UInt8]] = []
        if source.isJSON {
            guard request.subOffset <= UInt64(source.ends.count - record) else { return nil }
            record += Int(request.subOffset)
        } else if request.subOffset > 0 {
            guard record < source.ends.count else { return nil }
            let length = source.ends[record] - anchor.byte
            guard request.subOffset <= length else { return nil }
            if request.subOffset == length {
                record += 1
            } else {
                let start = Int(anchor.byte)
                piece = [Array(source.bytes[start..<start + Int(request.subOffset)])]
            }
        }
        fork = ModelFork(
            source: source.id, sourceName: source.name, anchor: anchor,
            subOffset: request.subOffset, border: source.position(of: record))
        self.piece = piece
    }
}
