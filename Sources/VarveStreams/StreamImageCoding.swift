import VarveBytes
import VarveLog

/// The bytes of a `StreamImage`: the core of a stream's saved state.
///
/// `docs/format.md`, section "Stream state in the catalog", has the table. Every image has one
/// encoding. Persisted.
enum StreamImageCoding {
    /// The first byte. Persisted.
    private static let tag: UInt8 = 1

    /// The second byte. Persisted.
    private enum Flag {
        static let sliding: UInt8 = 1
        static let absolute: UInt8 = 2
        static let sequence: UInt8 = 4
        static let closing: UInt8 = 8
        static let fork: UInt8 = 16
        static let retainBytes: UInt8 = 32
        static let retainSeconds: UInt8 = 64
        static let openStretch: UInt8 = 128
    }

    /// Why bytes are not a state.
    struct Malformed: Error, Equatable {}

    /// The encoding of `image`.
    static func encode(_ image: StreamImage) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.append(tag)
        writer.append(flags(image))
        append(image.contentType, to: &writer)
        writer.append(image.createdSeconds)
        writer.append(image.updatedSeconds)
        switch image.lifetime {
        case .unlimited: break
        case .sliding(let seconds):
            writer.append(seconds)
            writer.append(image.journalledUse)
        case .absolute(let milliseconds):
            writer.append(milliseconds)
            append(image.lifetimeText, to: &writer)
            writer.append(image.journalledUse)
        }
        if let sequence = image.sequence { append(sequence, to: &writer) }
        if let closing = image.closing {
            append(closing.id, to: &writer)
            writer.append(closing.epoch)
            writer.append(closing.sequence)
        }
        if let fork = image.fork {
            writer.append(fork.anchor.record)
            writer.append(fork.anchor.byte)
            writer.append(fork.subOffset)
        }
        if let bytes = image.retention.bytes { writer.append(bytes) }
        if let seconds = image.retention.seconds {
            writer.append(seconds)
            writer.append(image.nextSlot)
            if let open = image.openStretch {
                writer.append(open.first)
                writer.append(open.last)
            }
        }
        return Array(writer.bytes)
    }

    /// The image that `bytes` encode.
    static func decode(_ bytes: [UInt8]) throws(Malformed) -> StreamImage {
        do {
            return try bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let image = try decode(&reader)
                guard reader.isAtEnd else { throw Malformed() }
                return image
            }
        } catch {
            throw Malformed()
        }
    }

    private static func flags(_ image: StreamImage) -> UInt8 {
        var flags: UInt8 =
            switch image.lifetime {
            case .unlimited: 0
            case .sliding: Flag.sliding
            case .absolute: Flag.absolute
            }
        if image.sequence != nil { flags |= Flag.sequence }
        if image.closing != nil { flags |= Flag.closing }
        if image.fork != nil { flags |= Flag.fork }
        if image.retention.bytes != nil { flags |= Flag.retainBytes }
        if image.retention.seconds != nil { flags |= Flag.retainSeconds }
        if image.retention.seconds != nil, image.openStretch != nil { flags |= Flag.openStretch }
        return flags
    }

    private static func decode(_ reader: inout ByteReader) throws -> StreamImage {
        guard try reader.read(UInt8.self) == tag else { throw Malformed() }
        let flags = try reader.read(UInt8.self)
        var image = StreamImage(
            contentType: try run(&reader, bytesMax: ContentType.bytesMax),
            createdSeconds: try reader.read(), updatedSeconds: try reader.read(),
            lifetime: .unlimited, lifetimeText: [], journalledUse: 0)
        guard image.createdSeconds <= image.updatedSeconds else { throw Malformed() }
        switch flags & (Flag.sliding | Flag.absolute) {
        case 0: break
        case Flag.sliding:
            let seconds = try reader.read(UInt64.self)
            guard seconds <= StreamLifetime.secondsMax else { throw Malformed() }
            image.lifetime = .sliding(seconds: seconds)
            image.journalledUse = try use(&reader)
        case Flag.absolute:
            image.lifetime = .absolute(milliseconds: try reader.read())
            image.lifetimeText = try run(&reader, bytesMax: InternetTime.bytesMax)
            image.journalledUse = try use(&reader)
        default: throw Malformed()
        }
        if flags & Flag.sequence != 0 {
            image.sequence = try run(&reader, bytesMax: AppendCommand.sequenceBytesMax)
        }
        if flags & Flag.closing != 0 {
            let closing = StreamImage.Closing(
                id: try run(&reader, bytesMax: ProducerTuple.idBytesMax),
                epoch: try reader.read(), sequence: try reader.read())
            guard !closing.id.isEmpty, closing.epoch <= ProducerTuple.numberMax,
                closing.sequence <= ProducerTuple.numberMax
            else { throw Malformed() }
            image.closing = closing
        }
        if flags & Flag.fork != 0 {
            image.fork = ForkRequest(
                anchor: StreamPosition(record: try reader.read(), byte: try reader.read()),
                subOffset: try reader.read())
        }
        try decodeRetention(flags, &reader, into: &image)
        return image
    }

    private static func decodeRetention(
        _ flags: UInt8, _ reader: inout ByteReader, into image: inout StreamImage
    ) throws {
        if flags & Flag.retainBytes != 0 { image.retention.bytes = try reader.read() }
        if flags & Flag.retainSeconds != 0 {
            image.retention.seconds = try reader.read()
            image.nextSlot = try reader.read()
        }
        if flags & Flag.openStretch != 0 {
            image.openStretch = AgeIndex.Open(first: try use(&reader), last: try use(&reader))
        }
        guard image.retention.isValid,
            image.openStretch == nil || image.retention.seconds != nil
        else { throw Malformed() }
    }

    /// The time of a use.
    private static func use(_ reader: inout ByteReader) throws -> UInt64 {
        let use = try reader.read(UInt64.self)
        guard use <= Expiry.useMax else { throw Malformed() }
        return use
    }

    private static func run(_ reader: inout ByteReader, bytesMax: Int) throws -> [UInt8] {
        let count = try reader.read(UInt16.self)
        guard count <= bytesMax else { throw Malformed() }
        return Array(try reader.read(count: Int(count)))
    }

    private static func append(_ run: [UInt8], to writer: inout ByteWriter) {
        writer.append(UInt16(run.count))
        run.withUnsafeBytes { writer.append($0) }
    }
}
