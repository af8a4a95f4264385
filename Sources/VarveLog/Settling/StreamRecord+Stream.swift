extension StreamRecord {
    /// The record of a stream that belongs to the caller alone, with its upper layer's state.
    ///
    /// - Parameter name: the stream's name, if the caller has it in this form.
    init(of stream: LogStream, _ saved: SavedState?, name: [UInt8]? = nil) {
        self.init(
            id: stream.id, incarnation: stream.incarnation, name: name ?? Array(stream.nameBytes))
        stream.withLock { state in
            tail = state.tail
            head = state.head
            lastLSN = state.lastLSN
            structuralLSN = state.structuralLSN
            isClosed = state.isClosed
            isDeleted = state.isDeleted
            isRetired = state.isRetired
            visible = state.visible
        }
        origin = stream.edge?.origin
        encoding = stream.encoding
        core = saved?.core ?? []
        alarmMilliseconds = saved?.alarmMilliseconds
    }

    /// What the stream's first own record is chained to.
    var genesis: ChainHash {
        name.withUnsafeBytes { name in
            guard let origin else { return Chain.genesis(incarnation, name: name) }
            return Chain.genesis(incarnation, name: name, forkOf: origin)
        }
    }
}
