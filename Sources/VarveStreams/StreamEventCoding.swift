import VarveBytes
import VarveLog

/// The bytes of a `StreamEvent`, which a frame of the log carries as its annotation.
///
/// `docs/format.md`, section "Stream events", has the table. An append that only brings records is
/// the empty annotation. Persisted.
package enum StreamEventCoding {
    /// The longest encoding: a creation with the longest content type and expiry text, or an append
    /// with the longest producer id and sequence.
    package static let bytesMax = 1024

    /// The first byte. Persisted.
    private enum Tag: UInt8 {
        case create = 1
        case append = 2
        case touch = 3
        case delete = 4
        case trim = 5
    }

    /// The second byte of a creation. Persisted.
    private enum CreateFlag {
        static let closed: UInt8 = 1
        static let sliding: UInt8 = 2
        static let absolute: UInt8 = 4
        static let fork: UInt8 = 8
        static let retainBytes: UInt8 = 16
        static let retainSeconds: UInt8 = 32
        static let all: UInt8 = 63
    }

    /// The second byte of an append. Persisted.
    private enum AppendFlag {
        static let producer: UInt8 = 1
        static let sequence: UInt8 = 2
        static let closes: UInt8 = 4
        static let all: UInt8 = 7
    }

    /// Why bytes are not an event.
    package struct Malformed: Error, Equatable {}

    /// Writes the encoding of `event` to `output`, which has `bytesMax` bytes; returns how many.
    package static func encode(
        _ event: StreamEvent, into output: UnsafeMutableRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        var cursor = Cursor(output: output)
        switch event {
        case .create(let creation): encode(creation, &cursor)
        case .append(let append): encode(append, &cursor)
        case .touch: cursor.put(Tag.touch.rawValue)
        case .delete(let reason):
            cursor.put(Tag.delete.rawValue)
            cursor.put(reason.rawValue)
        case .trim(let reason):
            cursor.put(Tag.trim.rawValue)
            cursor.put(reason.rawValue)
        }
        return UnsafeRawBufferPointer(rebasing: output[..<cursor.count])
    }

    /// The event that `bytes` encode; its memory is theirs.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(Malformed) -> StreamEvent {
        if bytes.isEmpty { return .append(StreamEvent.Append(closes: false)) }
        var reader = ByteReader(bytes)
        let event: StreamEvent
        do {
            event = try decode(&reader)
        } catch {
            throw Malformed()
        }
        guard reader.isAtEnd else { throw Malformed() }
        return event
    }

    private static func encode(_ creation: StreamEvent.Creation, _ cursor: inout Cursor) {
        cursor.put(Tag.create.rawValue)
        var flags = creation.isClosed ? CreateFlag.closed : 0
        switch creation.lifetime {
        case .unlimited: break
        case .sliding: flags |= CreateFlag.sliding
        case .absolute: flags |= CreateFlag.absolute
        }
        if creation.fork != nil { flags |= CreateFlag.fork }
        if creation.retention.bytes != nil { flags |= CreateFlag.retainBytes }
        if creation.retention.seconds != nil { flags |= CreateFlag.retainSeconds }
        cursor.put(flags)
        cursor.putRun(creation.contentType)
        switch creation.lifetime {
        case .unlimited: break
        case .sliding(let seconds): cursor.put(seconds)
        case .absolute(let milliseconds):
            cursor.put(milliseconds)
            cursor.putRun(creation.lifetimeText)
        }
        if let fork = creation.fork {
            cursor.put(fork.anchor.record)
            cursor.put(fork.anchor.byte)
            cursor.put(fork.subOffset)
        }
        if let bytes = creation.retention.bytes { cursor.put(bytes) }
        if let seconds = creation.retention.seconds { cursor.put(seconds) }
    }

    private static func encode(_ append: StreamEvent.Append, _ cursor: inout Cursor) {
        var flags: UInt8 = append.closes ? AppendFlag.closes : 0
        if append.producer != nil { flags |= AppendFlag.producer }
        if append.sequence != nil { flags |= AppendFlag.sequence }
        // Nothing but records: the empty annotation.
        if flags == 0 { return }
        cursor.put(Tag.append.rawValue)
        cursor.put(flags)
        if let producer = append.producer {
            cursor.putRun(producer.id)
            cursor.put(producer.epoch)
            cursor.put(producer.sequence)
        }
        if let sequence = append.sequence { cursor.putRun(sequence) }
    }

    private static func decode(_ reader: inout ByteReader) throws -> StreamEvent {
        switch Tag(rawValue: try reader.read()) {
        case .create: return .create(try decodeCreation(&reader))
        case .append: return .append(try decodeAppend(&reader))
        case .touch: return .touch
        case .delete:
            guard let reason = StreamEvent.Deletion(rawValue: try reader.read()) else {
                throw Malformed()
            }
            return .delete(reason)
        case .trim:
            guard let reason = StreamEvent.Trim(rawValue: try reader.read()) else {
                throw Malformed()
            }
            return .trim(reason)
        case nil: throw Malformed()
        }
    }

    private static func decodeCreation(_ reader: inout ByteReader) throws -> StreamEvent.Creation {
        let flags = try reader.read(UInt8.self)
        guard flags & ~CreateFlag.all == 0 else { throw Malformed() }
        let contentType = try readRun(&reader)
        var lifetime = StreamLifetime.unlimited
        var text = UnsafeRawBufferPointer(start: nil, count: 0)
        switch flags & (CreateFlag.sliding | CreateFlag.absolute) {
        case 0: break
        case CreateFlag.sliding: lifetime = .sliding(seconds: try reader.read())
        case CreateFlag.absolute:
            lifetime = .absolute(milliseconds: try reader.read())
            text = try readRun(&reader)
        default: throw Malformed()
        }
        if case .sliding(let seconds) = lifetime, seconds > StreamLifetime.secondsMax {
            throw Malformed()
        }
        guard contentType.count <= ContentType.bytesMax, text.count <= InternetTime.bytesMax else {
            throw Malformed()
        }
        var creation = StreamEvent.Creation(
            contentType: contentType, lifetime: lifetime, lifetimeText: text,
            isClosed: flags & CreateFlag.closed != 0)
        if flags & CreateFlag.fork != 0 {
            creation.fork = ForkRequest(
                anchor: StreamPosition(record: try reader.read(), byte: try reader.read()),
                subOffset: try reader.read())
        }
        if flags & CreateFlag.retainBytes != 0 { creation.retention.bytes = try reader.read() }
        if flags & CreateFlag.retainSeconds != 0 { creation.retention.seconds = try reader.read() }
        guard creation.retention.isValid else { throw Malformed() }
        return creation
    }

    private static func decodeAppend(_ reader: inout ByteReader) throws -> StreamEvent.Append {
        let flags = try reader.read(UInt8.self)
        guard flags & ~AppendFlag.all == 0, flags != 0 else { throw Malformed() }
        var append = StreamEvent.Append(closes: flags & AppendFlag.closes != 0)
        if flags & AppendFlag.producer != 0 {
            let producer = ProducerTuple(
                id: try readRun(&reader), epoch: try reader.read(), sequence: try reader.read())
            guard producer.isValid else { throw Malformed() }
            append.producer = producer
        }
        if flags & AppendFlag.sequence != 0 {
            let sequence = try readRun(&reader)
            guard sequence.count <= AppendCommand.sequenceBytesMax else { throw Malformed() }
            append.sequence = sequence
        }
        return append
    }

    private static func readRun(
        _ reader: inout ByteReader
    ) throws(TruncatedInput) -> UnsafeRawBufferPointer {
        let count = try reader.read(UInt16.self)
        return try reader.read(count: Int(count))
    }

    /// Writes front to back into memory of `bytesMax` bytes.
    private struct Cursor {
        let output: UnsafeMutableRawBufferPointer
        var count = 0

        init(output: UnsafeMutableRawBufferPointer) {
            precondition(output.count >= StreamEventCoding.bytesMax, "room for the longest event")
            self.output = output
        }

        mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
            output.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
            count += MemoryLayout<T>.size
        }

        mutating func putRun(_ run: UnsafeRawBufferPointer) {
            put(UInt16(run.count))
            UnsafeMutableRawBufferPointer(rebasing: output[count...]).copyMemory(from: run)
            count += run.count
        }
    }
}
