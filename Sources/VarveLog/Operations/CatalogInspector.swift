import VarveBytes
import VarveIndex

/// Shows the keys of the catalog and what they stand for. Reads only.
///
/// Beside a server it shows what was flushed when it was opened.
struct CatalogInspector {
    /// Where the catalog is.
    let indexes: any IndexSource

    /// Calls `visit` for every key, in order; a catalog that cannot be read is shown as damage.
    func inspect(
        _ filter: inout StreamFilter, _ visit: (InspectionItem) throws(LogError) -> Void
    ) throws(LogError) {
        var failure: LogError?
        var passing = filter
        do throws(IndexError) {
            let index = try indexes.openReadOnly(Catalog.indexName)
            _ = try index.scan(IndexRange(prefix: [])) { key, value in
                do throws(LogError) {
                    guard let detail = try Self.detail(key, value, &passing) else { return true }
                    try visit(.detail(detail))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            if case .notFound = error {
                try visit(.detail(.missingCatalog))
            } else {
                try visit(.detail(.damage(LogError(error), in: Catalog.indexName)))
            }
        }
        filter = passing
        if let failure { throw failure }
    }

    /// What a key stands for; nil when it is about a stream that is left out.
    private static func detail(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        _ filter: inout StreamFilter
    ) throws(LogError) -> InspectedDetail? {
        let place = Catalog.indexName
        switch key.first {
        case CatalogKey.mark.first where key.count == 1:
            guard let mark = CatalogMark(decoding: value) else { break }
            return .mark(mark)
        case CatalogKey.segments.first where key.count == 9:
            return .segmentInUse(CatalogKey.number(key, at: 1))
        case CatalogKey.streams.first:
            guard let (id, part) = CatalogKey.parse(key) else { break }
            do throws(LogError) {
                return try detail(id, part, value, &filter)
            } catch {
                return .damage(error, in: place)
            }
        default: break
        }
        return filter.passesAll ? .entry(key, value) : nil
    }

    private static func detail(
        _ id: StreamID, _ part: CatalogKey.Part, _ value: UnsafeRawBufferPointer,
        _ filter: inout StreamFilter
    ) throws(LogError) -> InspectedDetail? {
        let place = Catalog.indexName
        switch part {
        case .record:
            let record = try StreamRecord(decoding: value, in: place)
            let name = String(decoding: record.name, as: UTF8.self)
            guard filter.passes(id.rawValue, name: name) else { return nil }
            return .stream(record, entries: nil, in: place)
        case .entry(let key):
            return filter.passes(id.rawValue) ? .stateEntry(key, value, of: id) : nil
        case .run:
            guard filter.passes(id.rawValue) else { return nil }
            return .run(try SettledRun(decoding: value, in: place), of: id, in: place)
        }
    }
}

// What the catalog is made of.
extension InspectedDetail {
    /// There is no catalog: it is made from the segments when the log is opened.
    static var missingCatalog: Self {
        Self("no-catalog", text: "\(Catalog.indexName): there is none", [])
    }

    /// How far the log is settled.
    static func mark(_ mark: CatalogMark) -> Self {
        let place = mark.cut.place
        return Self(
            "catalog",
            text: "\(Catalog.indexName): settled through LSN \(mark.cut.lsn); the journal goes on "
                + "in file \(place.fileNumber) at byte \(place.byte); next segment "
                + "\(mark.nextSegment)",
            [
                .number("settled_lsn", mark.cut.lsn), .number("journal_file", place.fileNumber),
                .number("journal_byte", place.byte),
                .number("next_segment", UInt64(mark.nextSegment)),
                .number("time_ms", mark.wallMilliseconds),
            ])
    }

    /// A segment that the catalog counts on.
    static func segmentInUse(_ number: UInt64) -> Self {
        Self("segment-in-use", text: "  segment \(number)", [.number("segment", number)])
    }

    /// A piece of the upper layer's state of a stream.
    static func stateEntry(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, of stream: StreamID
    ) -> Self {
        Self(
            "state-entry",
            text: "    entry \(Hex.string(key)): \(Hex.string(value))",
            [
                .number("stream", stream.rawValue), .text("key", Hex.string(key)),
                .text("value", Hex.string(value)),
            ])
    }

    /// Any other key.
    static func entry(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Self {
        Self(
            "entry", text: "  key \(Hex.string(key)): \(Hex.string(value))",
            [.text("key", Hex.string(key)), .text("value", Hex.string(value))])
    }
}
