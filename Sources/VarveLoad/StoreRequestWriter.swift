import VarveBytes
import VarveHTTP

/// Writes the requests of a run in the store: the Connect protocol in binary.
struct StoreRequestWriter {
    /// The path of the method that writes a batch.
    static let putPath = "/log.ingest.v1.Service/Put"
    /// The path of the method that removes the run's keys.
    static let prunePath = "/store.prune.v1.Service/Prune"
    /// The bytes before each message of a stream of messages.
    private static let envelopeBytes = 5
    /// More rows are in no frame of an answer.
    private static let frameRowsMax = 4096

    private let plan: LoadPlan
    private let keys: StoreKeys
    private let putStart: [UInt8]
    private let getStart: [UInt8]
    private let rangeStart: [UInt8]
    private let subscribeStart: [UInt8]
    private let pruneStart: [UInt8]
    private let filler: [UInt8]

    /// Requests for the plan.
    init(_ plan: LoadPlan) {
        self.plan = plan
        keys = StoreKeys(run: plan.prefix)
        let start = { (path: String, type: String) in
            Array(
                ("POST \(path) HTTP/1.1\r\nHost: \(plan.target.authority)\r\n"
                    + "Content-Type: application/\(type)\r\nContent-Length: ").utf8)
        }
        putStart = start(Self.putPath, "proto")
        getStart = start("/store.query.v1.Service/Get", "proto")
        rangeStart = start("/store.query.v1.Service/Range", "connect+proto")
        subscribeStart = start("/log.stream.v1.Service/Subscribe", "connect+proto")
        pruneStart = start(Self.prunePath, "proto")
        filler = (0..<plan.recordBytes).map { UInt8(ascii: "a") + UInt8($0 % 23) }
    }

    /// A put of `count` pairs, those of the numbers from `first` on.
    func put(_ first: UInt32, count: Int, to output: OutputBuffer) {
        putHead(count, output)
        for offset in 0..<UInt32(truncatingIfNeeded: count) {
            pairStart(first &+ offset, output)
            append(filler[...], output)
        }
    }

    /// A get of the key of `number`.
    func get(_ number: UInt32, to output: OutputBuffer) {
        append(getStart[...], output)
        output.append(decimal: UInt64(2 + StoreKeys.byteCount))
        output.append("\r\n\r\n")
        field(1, StoreKeys.byteCount, output)
        output.append(hexadecimal: keys.key(number))
    }

    /// The first of the plan's pairs at or behind `place`.
    func range(at place: UInt32, to output: OutputBuffer) {
        let frame = min(plan.pairs, Self.frameRowsMax)
        let size = 2 * (2 + StoreKeys.byteCount) + 2 + Self.size(plan.pairs) + Self.size(frame)
        streamHead(rangeStart, size, output)
        field(1, StoreKeys.byteCount, output)
        output.append(hexadecimal: keys.key(at: place))
        field(2, StoreKeys.byteCount, output)
        output.append(hexadecimal: keys.key(at: .max))
        output.append(byte: 3 << 3)
        Self.varint(plan.pairs, output)
        output.append(byte: 4 << 3)
        Self.varint(frame, output)
    }

    /// The deletion of all keys of the run: one policy, of one prefix, that drops everything.
    func prune(to output: OutputBuffer) {
        let selector = 2 + StoreKeys.prefixCount
        let policy = 4 + selector + 4
        append(pruneStart[...], output)
        output.append(decimal: UInt64(2 + policy))
        output.append("\r\n\r\n")
        field(1, policy, output)
        field(1, selector + 2, output)
        field(1, selector, output)
        prefix(output)
        // Behind the keys what is kept of them: nothing.
        field(3, 2, output)
        field(4, 0, output)
    }

    private func prefix(_ output: OutputBuffer) {
        field(1, StoreKeys.prefixCount, output)
        output.append(hexadecimal: keys.key(at: 0))
        output.truncate(to: output.count - (StoreKeys.byteCount - StoreKeys.prefixCount))
    }

    private func putHead(_ count: Int, _ output: OutputBuffer) {
        append(putStart[...], output)
        output.append(decimal: UInt64(count * (1 + Self.size(pairBytes) + pairBytes)))
        output.append("\r\n\r\n")
    }

    /// The bytes of a pair's message.
    private var pairBytes: Int {
        2 + StoreKeys.byteCount + 1 + Self.size(plan.recordBytes) + plan.recordBytes
    }

    /// A pair up to the first byte of its value.
    private func pairStart(_ number: UInt32, _ output: OutputBuffer) {
        field(1, pairBytes, output)
        field(1, StoreKeys.byteCount, output)
        output.append(hexadecimal: keys.key(number))
        field(2, plan.recordBytes, output)
    }

    /// The head of a request whose one message has `size` bytes and stands in an envelope.
    private func streamHead(_ start: [UInt8], _ size: Int, _ output: OutputBuffer) {
        append(start[...], output)
        output.append(decimal: UInt64(Self.envelopeBytes + size))
        output.append("\r\n\r\n")
        output.append(byte: 0)
        for shift in [24, 16, 8, 0] {
            output.append(byte: UInt8(truncatingIfNeeded: size >> shift))
        }
    }

    /// The tag and the length of a field of bytes.
    private func field(_ number: UInt8, _ size: Int, _ output: OutputBuffer) {
        output.append(byte: number << 3 | 2)
        Self.varint(size, output)
    }

    private func append(_ bytes: ArraySlice<UInt8>, _ output: OutputBuffer) {
        bytes.withUnsafeBytes { output.append($0) }
    }

    private static func varint(_ number: Int, _ output: OutputBuffer) {
        var rest = number
        while rest > 0x7F {
            output.append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(byte: UInt8(rest))
    }

    /// The bytes of a number.
    private static func size(_ number: Int) -> Int {
        max(1, (Int.bitWidth - number.leadingZeroBitCount + 6) / 7)
    }
}

extension StoreRequestWriter: LiveRequestWriter {
    func append(
        _ stream: UInt64, sentAt: UInt64, first: RecordNumber, to output: OutputBuffer
    ) {
        putHead(plan.pairs, output)
        for offset in 0..<UInt64(plan.pairs) {
            let number = RecordNumber(rawValue: first.rawValue + offset)
            // Writers have keys of their own: each counts from one.
            pairStart(
                UInt32(truncatingIfNeeded: number.rawValue) &* 16 &+ UInt32(number.writer & 15),
                output)
            output.append(byte: UInt8(ascii: "@"))
            output.append(hexadecimal: sentAt)
            output.append(hexadecimal: number.rawValue)
            append(filler[MarkerScanner.byteCount...], output)
        }
    }

    func subscribe(_ connection: LoadConnection, to output: OutputBuffer) {
        let selector = 2 + StoreKeys.prefixCount
        streamHead(subscribeStart, 2 + selector, output)
        field(1, selector, output)
        prefix(output)
    }
}
