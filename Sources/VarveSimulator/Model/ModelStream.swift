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
    let createdLSN: UInt64
    /// What it was made a fork of, and how; nil for a stream of its own.
    private(set) var fork: ModelFork?
    /// The stored bytes of all records, those of its source included.
    private(set) var bytes: [UInt8] = []
    /// Where each record ends.
    private(set) var ends: [UInt64] = []
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
        id: UInt64, incarnation: Incarnation, name: String, isJSON: Bool, lifetime: StreamLifetime,
        createdLSN: UInt64, head: ChainHash, time: UInt64
    ) {
        self.id = id
        self.incarnation = incarnation
        self.name = name
        self.isJSON = isJSON
        self.lifetime = lifetime
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
    var structuralLSN: UInt64 { max(createdLSN, closedLSN, retiredLSN) }

    /// The change that made the tail what it is.
    var tailLSN: UInt64 { marks.last?.lsn ?? createdLSN }

    /// Where the stream ends when everything up to `lsn` is durable, and the change that made it
    /// so.
    func mark(through lsn: UInt64) -> Mark {
        marks.last { $0.lsn <= lsn } ?? Mark(lsn: createdLSN, tail: border)
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
