import VarveBytes
import VarveLog
import VarveStreams

/// What one stream must be after every change staged so far, and which change made what of it.
struct ModelStream {
    /// A producer's place, and the change that brought it there.
    struct Producer: Equatable {
        var epoch: UInt64
        var sequence: UInt64
        var lsn: UInt64
    }

    /// Where the stream ends once the change with this LSN is durable.
    struct Mark {
        var lsn: UInt64
        var tail: StreamPosition
    }

    let id: UInt64
    let incarnation: Incarnation
    let name: String
    let isJSON: Bool
    let lifetime: StreamLifetime
    /// How much of it is kept.
    let retention: StreamRetention
    let createdLSN: UInt64
    /// What it was made a fork of, and how; nil for a stream of its own.
    private(set) var fork: ModelFork?
    /// The stored bytes of all records, those of its source included.
    private(set) var bytes: [UInt8] = []
    /// Where each record ends.
    private(set) var ends: [UInt64] = []
    /// When each record came, in milliseconds since 1970; those of the source with the fork.
    private(set) var times: [UInt64] = []
    /// The numbers of the records that are erased.
    private(set) var redacted: Set<Int> = []
    /// Where it begins for its readers.
    private(set) var visibleStart = StreamPosition.start
    /// The change that made it begin there; 0 when none did.
    private(set) var trimmedLSN: UInt64 = 0
    /// The chain's head as the engine gave it when the last change was staged.
    private(set) var head: ChainHash
    /// The change that deleted it while forks of it lived; 0 while nobody did.
    private(set) var retiredLSN: UInt64 = 0
    private(set) var isClosed = false
    private(set) var closedLSN: UInt64 = 0
    /// The request that closed it, when a producer did.
    private(set) var closing: ProducerRequest?
    private(set) var producers: [String: Producer] = [:]
    private(set) var sequence: String?
    private(set) var sequenceLSN: UInt64 = 0
    /// The ends of the changes that may not be durable, behind that of all others.
    private(set) var marks: [Mark] = []
    /// The time of the last use that has a frame.
    private(set) var journalledUse: UInt64

    /// A stream without content.
    init(
        id: UInt64, incarnation: Incarnation, request: CreateRequest, createdLSN: UInt64,
        head: ChainHash, time: UInt64
    ) {
        self.id = id
        self.incarnation = incarnation
        name = request.name
        isJSON = request.isJSON
        lifetime = request.lifetime
        retention = request.retention
        self.createdLSN = createdLSN
        self.head = head
        journalledUse = time
        marks = [Mark(lsn: createdLSN, tail: .start)]
    }

    /// Makes a stream without content begin with the records that `fork` has of `source`.
    mutating func begin(with fork: ModelFork, of source: ModelStream) {
        self.fork = fork
        bytes = Array(source.bytes[..<Int(fork.border.byte)])
        ends = Array(source.ends[..<Int(fork.border.record)])
        times = ends.map { _ in journalledUse }
        redacted = source.redacted.filter { $0 < ends.count }
        if source.visibleStart > .start {
            visibleStart = source.visibleStart
            trimmedLSN = createdLSN
        }
        marks = [Mark(lsn: createdLSN, tail: tail)]
    }

    /// True when it is there for its forks only.
    var isRetired: Bool { retiredLSN != 0 }

    /// Where its own records begin.
    var border: StreamPosition { fork?.border ?? .start }

    /// Where the stream ends.
    var tail: StreamPosition {
        StreamPosition(record: UInt64(ends.count), byte: UInt64(bytes.count))
    }

    /// The last change that readers wait for.
    var structuralLSN: UInt64 { max(createdLSN, closedLSN, retiredLSN, trimmedLSN) }

    /// The bytes that are its own and that readers see.
    var ownBytes: UInt64 { tail.byte - max(border.byte, visibleStart.byte) }

    /// The bytes that readers see.
    var visibleBytes: UInt64 { tail.byte - visibleStart.byte }

    /// The change that made the tail what it is.
    var tailLSN: UInt64 { marks.last?.lsn ?? createdLSN }

    /// Where the stream ends when everything up to `lsn` is durable, and the change that made it
    /// so.
    func mark(through lsn: UInt64) -> Mark {
        marks.last { $0.lsn <= lsn } ?? Mark(lsn: createdLSN, tail: border)
    }

    /// True when `position` lies between two records, or at an end.
    func isBoundary(_ position: StreamPosition) -> Bool {
        position.record <= UInt64(ends.count)
            && self.position(of: Int(position.record)) == position
    }

    /// The position of record number `record`, which is at most the number of records.
    func position(of record: Int) -> StreamPosition {
        StreamPosition(record: UInt64(record), byte: record == 0 ? 0 : ends[record - 1])
    }

    /// True when `found` is what the stream has in `range`.
    func holds(_ found: [UInt8], at range: Range<Int>) -> Bool {
        found.withUnsafeBytes { found in
            bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).equals(found) }
        }
    }

    /// Carries out an append.
    mutating func apply(_ append: AppendChange, lsn: UInt64, time: UInt64) {
        for record in append.records {
            bytes += record
            ends.append(UInt64(bytes.count))
            times.append(time)
        }
        if let producer = append.producer {
            producers[producer.id] = Producer(
                epoch: producer.epoch, sequence: producer.sequence, lsn: lsn)
            if append.closes { closing = producer }
        }
        if let value = append.sequence {
            sequence = value
            sequenceLSN = lsn
        }
        if append.closes {
            isClosed = true
            closedLSN = lsn
        }
        head = append.head
        marks.append(Mark(lsn: lsn, tail: tail))
        journalledUse = time
    }

    /// Hides what lies before a place.
    mutating func apply(_ trim: TrimChange, lsn: UInt64) {
        visibleStart = trim.start
        trimmedLSN = lsn
        head = trim.head
    }

    /// The bytes of a record, its separator apart.
    func payload(of record: Int) -> Range<Int> {
        Int(position(of: record).byte)..<Int(ends[record]) - (isJSON ? 1 : 0)
    }

    /// Erases records: zeros stand for bytes, and `null` or `0` with blanks for JSON.
    mutating func redact(_ records: Range<Int>) {
        for record in records where record < ends.count {
            let range = payload(of: record)
            redacted.insert(record)
            var filler = [UInt8](repeating: isJSON ? 0x20 : 0, count: range.count)
            let value = isJSON ? Array((range.count < 4 ? "0" : "null").utf8) : []
            filler.replaceSubrange(0..<value.count, with: value)
            bytes.replaceSubrange(range, with: filler)
        }
    }

    /// Notes a use that has a frame of its own.
    mutating func touch(time: UInt64) {
        journalledUse = max(journalledUse, time)
    }

    /// Hides it from all but its forks.
    mutating func retire(lsn: UInt64) {
        retiredLSN = lsn
    }

    /// Everything up to now is durable: how it came about matters no more.
    mutating func settle() {
        marks = [Mark(lsn: tailLSN, tail: tail)]
    }
}
