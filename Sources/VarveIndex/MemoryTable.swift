import VarveBytes

/// Keys and values in memory, in the order of the keys: what the forms of the index without a disk
/// are made of.
///
/// A value type that shares what copies have in common: a copy costs nothing, and the first change
/// after it copies the list of chunks and the chunks it touches. Finding and changing a key takes
/// two binary searches and moves at most one chunk's entries and the list of chunks.
package struct MemoryTable: Sendable {
    private struct Entry: Sendable {
        let key: [UInt8]
        var value: [UInt8]
    }

    /// Where an entry is, or would be.
    private struct Place {
        var chunk: Int
        var entry: Int
    }

    /// A chunk that grows beyond this is cut in two.
    private static let chunkEntriesMax = 256

    /// None of them is empty; each one's keys are below the next one's.
    private var chunks: [[Entry]] = []
    /// How many keys there are.
    package private(set) var count = 0
    /// How many bytes keys and values have together.
    package private(set) var byteCount = 0

    /// A table without keys.
    package init() {}

    /// A copy of the value of `key`, nil when there is none.
    package func value(of key: UnsafeRawBufferPointer) -> [UInt8]? {
        let place = place(of: key)
        return holds(key, at: place) ? chunks[place.chunk][place.entry].value : nil
    }

    /// Calls `body` with the keys of a range and their values, until it returns false.
    package func scan(
        _ range: IndexRange, _ order: ScanOrder,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) -> ScanEnd {
        if range.isEmpty { return .exhausted }
        var low = range.from.withUnsafeBytes { place(of: $0) }
        var high = range.before?.withUnsafeBytes { place(of: $0) } ?? end
        while low.chunk < high.chunk || (low.chunk == high.chunk && low.entry < high.entry) {
            switch order {
            case .ascending:
                guard low.entry < chunks[low.chunk].count else {
                    low = Place(chunk: low.chunk + 1, entry: 0)
                    continue
                }
                guard offer(low, to: body) else { return .stopped }
                low.entry += 1
            case .descending:
                guard high.entry > 0 else {
                    high = Place(chunk: high.chunk - 1, entry: chunks[high.chunk - 1].count)
                    continue
                }
                high.entry -= 1
                guard offer(high, to: body) else { return .stopped }
            }
        }
        return .exhausted
    }

    /// Makes the changes of a batch.
    package mutating func apply(_ batch: borrowing IndexBatch) {
        batch.forEach { operation in
            switch operation {
            case .put(let key, let value): put(key, value)
            case .delete(let key): delete(key)
            case .deleteRange(let from, let before): deleteRange(from: from, before: before)
            }
        }
    }

    /// Checks that order, counts and bounds hold.
    package func checkInvariants() {
        var last = [UInt8]()
        var found = (count: 0, bytes: 0)
        for chunk in chunks {
            precondition(!chunk.isEmpty, "no chunk is empty")
            precondition(chunk.count <= Self.chunkEntriesMax, "a chunk is cut before it is long")
            for entry in chunk {
                let ascends = last.withUnsafeBytes { last in
                    entry.key.withUnsafeBytes { last.sortsBefore($0) }
                }
                precondition(ascends, "keys ascend")
                last = entry.key
                found.count += 1
                found.bytes += entry.key.count + entry.value.count
            }
        }
        precondition(found == (count, byteCount), "the counts are those of the entries")
    }

    private var end: Place { Place(chunk: chunks.count, entry: 0) }

    /// The place of the first entry whose key is not below `key`.
    private func place(of key: UnsafeRawBufferPointer) -> Place {
        // The last chunk that begins at or below the key, if any, is the one to look into.
        let above = Self.firstIndex(below: chunks.count) { index in
            chunks[index][0].key.withUnsafeBytes { key.sortsBefore($0) }
        }
        guard above > 0 else { return Place(chunk: 0, entry: 0) }
        let chunk = chunks[above - 1]
        let entry = Self.firstIndex(below: chunk.count) { index in
            !chunk[index].key.withUnsafeBytes { $0.sortsBefore(key) }
        }
        return Place(chunk: above - 1, entry: entry)
    }

    /// The first index below `count` for which `isBehind` holds, as it does for all that follow.
    private static func firstIndex(below count: Int, where isBehind: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func holds(_ key: UnsafeRawBufferPointer, at place: Place) -> Bool {
        place.chunk < chunks.count && place.entry < chunks[place.chunk].count
            && chunks[place.chunk][place.entry].key.withUnsafeBytes { $0.equals(key) }
    }

    private func offer(
        _ place: Place,
        to body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        let entry = chunks[place.chunk][place.entry]
        return entry.key.withUnsafeBytes { key in
            entry.value.withUnsafeBytes { value in body(key, value) }
        }
    }

    private mutating func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let place = place(of: key)
        byteCount += value.count
        if holds(key, at: place) {
            byteCount -= chunks[place.chunk][place.entry].value.count
            chunks[place.chunk][place.entry].value = Array(value)
            return
        }
        count += 1
        byteCount += key.count
        let entry = Entry(key: Array(key), value: Array(value))
        guard place.chunk < chunks.count else { return chunks.append([entry]) }
        chunks[place.chunk].insert(entry, at: place.entry)
        if chunks[place.chunk].count > Self.chunkEntriesMax { cut(after: place) }
    }

    /// Cuts a chunk that is too long; where keys come in order, behind the newest, so that chunks
    /// are full.
    private mutating func cut(after place: Place) {
        let chunk = chunks[place.chunk]
        let isLast = place.entry == chunk.count - 1
        let middle = isLast ? chunk.count - 1 : chunk.count / 2
        chunks[place.chunk] = Array(chunk[..<middle])
        chunks.insert(Array(chunk[middle...]), at: place.chunk + 1)
    }

    private mutating func delete(_ key: UnsafeRawBufferPointer) {
        let place = place(of: key)
        guard holds(key, at: place) else { return }
        remove(place.entry..<place.entry + 1, ofChunk: place.chunk)
    }

    private mutating func deleteRange(
        from: UnsafeRawBufferPointer, before: UnsafeRawBufferPointer
    ) {
        let low = place(of: from)
        let high = place(of: before)
        guard low.chunk < chunks.count else { return }
        // From the back, so that the places in front stay what they are.
        for chunk in stride(from: min(high.chunk, chunks.count - 1), through: low.chunk, by: -1) {
            let first = chunk == low.chunk ? low.entry : 0
            let last = chunk == high.chunk ? high.entry : chunks[chunk].count
            if first < last { remove(first..<last, ofChunk: chunk) }
        }
    }

    private mutating func remove(_ entries: Range<Int>, ofChunk chunk: Int) {
        count -= entries.count
        for entry in chunks[chunk][entries] {
            byteCount -= entry.key.count + entry.value.count
        }
        if entries.count == chunks[chunk].count {
            chunks.remove(at: chunk)
        } else {
            chunks[chunk].removeSubrange(entries)
        }
    }
}
