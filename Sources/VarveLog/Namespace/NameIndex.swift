/// Streams in the order of their names, for listing: sorted chunks, so that no insertion moves
/// much.
///
/// It keeps nothing alive: whoever owns it holds every stream that is in it elsewhere. Thread rule:
/// the owner's lock. Insertion and removal O(log n) and one chunk's move.
struct NameIndex {
    private static let chunkMax = 512

    private var chunks: [ContiguousArray<Unmanaged<LogStream>>] = []

    /// Adds a stream whose name is not in the index.
    mutating func insert(_ stream: LogStream) {
        guard !chunks.isEmpty else {
            chunks = [[.passUnretained(stream)]]
            return
        }
        let chunk = max(0, chunkIndex(notBefore: stream.nameBytes) - 1)
        chunks[chunk].insert(.passUnretained(stream), at: place(of: stream.nameBytes, in: chunk))
        guard chunks[chunk].count > Self.chunkMax else { return }
        // Names often come in order: a chunk that was filled from its end stays full.
        let isFilledInOrder = isLast(stream, in: chunk) && chunk == chunks.count - 1
        let cut = isFilledInOrder ? Self.chunkMax : Self.chunkMax / 2
        let upper = ContiguousArray(chunks[chunk][cut...])
        chunks[chunk].removeSubrange(cut...)
        chunks.insert(upper, at: chunk + 1)
    }

    /// Removes a stream that is in the index.
    mutating func remove(_ stream: LogStream) {
        guard !chunks.isEmpty else { return }
        // The chunk that begins with this very name, or the one before.
        var chunk = chunkIndex(notBefore: stream.nameBytes)
        let pointer = Unmanaged.passUnretained(stream).toOpaque()
        if chunk == chunks.count || chunks[chunk][0].toOpaque() != pointer {
            chunk = max(0, chunk - 1)
        }
        let place = place(of: stream.nameBytes, in: chunk)
        guard place < chunks[chunk].count, chunks[chunk][place].toOpaque() == pointer else {
            return
        }
        chunks[chunk].remove(at: place)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
    }

    /// Up to `limit` streams whose names begin with `prefix` and come after `after`, in order.
    func list(
        prefix: UnsafeRawBufferPointer, after: UnsafeRawBufferPointer?, limit: Int
    ) -> [LogStream] {
        var result: [LogStream] = []
        let isAfterLater = after.map { prefix.precedes($0) } ?? false
        let from = isAfterLater ? (after ?? prefix) : prefix
        var chunk = max(0, chunkIndex(notBefore: from) - 1)
        while chunk < chunks.count {
            for place in self.place(of: from, in: chunk)..<chunks[chunk].count {
                let stream = chunks[chunk][place].takeUnretainedValue()
                if let after, !after.precedes(stream.nameBytes) { continue }
                guard result.count < limit, stream.nameBytes.begins(with: prefix) else {
                    return result
                }
                result.append(stream)
            }
            chunk += 1
        }
        return result
    }

    private func isLast(_ stream: LogStream, in chunk: Int) -> Bool {
        chunks[chunk].last?.toOpaque() == Unmanaged.passUnretained(stream).toOpaque()
    }

    private func isBefore(
        _ name: UnsafeRawBufferPointer, _ stream: Unmanaged<LogStream>
    ) -> Bool {
        stream._withUnsafeGuaranteedRef { $0.nameBytes.precedes(name) }
    }

    /// The first chunk whose first name is not before `name`.
    private func chunkIndex(notBefore name: UnsafeRawBufferPointer) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(name, chunks[middle][0]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The first place in a chunk whose name is not before `name`.
    private func place(of name: UnsafeRawBufferPointer, in chunk: Int) -> Int {
        var low = 0
        var high = chunks[chunk].count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(name, chunks[chunk][middle]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
