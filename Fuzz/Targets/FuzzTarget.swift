// The fuzz targets, one file each. To add one: write a file with a `FuzzTarget`, add it to `all`,
// name the module it tests in Package.swift (the target `varve-fuzz`), and put a few small, varied
// inputs into Fuzz/corpus/NAME/.

/// A function that must survive every input.
///
/// A finding is a trap, a memory error or a violated `demand`; what the function returns or throws
/// for bad input is none.
struct FuzzTarget: Sendable {
    /// What the function does with one input. Its memory ends where the input ends.
    typealias Body = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

    /// The name on the command line and of the corpus.
    let name: String
    /// The function.
    let run: Body

    /// Every target, in the order in which `scripts/fuzz.sh` runs them.
    static let all: [FuzzTarget] = [
        // HTTP
        requestHead, responseHead, chunkedBody, eventStream, eventRoundTrip, requestText,
        // Connect
        connectEnvelope, connectProto, connectJSON, connectCoding, connectError,
        // Log
        journalFrame, logRecovery, segment, segmentFooter,
        // Streams
        jsonMessages, streamEvent,
        // Store
        storedRow, reduction, storeMatching, prunePlan,
    ]
}

/// Stops the fuzzer with a finding if something that must hold does not.
func demand(_ condition: Bool, _ claim: StaticString) {
    precondition(condition, "\(claim)")
}

/// The input of a run: some bytes that steer it, and the rest.
struct FuzzInput {
    /// What has not been taken yet.
    private(set) var rest: UnsafeRawBufferPointer

    /// The input that libFuzzer gave.
    init(_ data: UnsafePointer<UInt8>?, _ size: Int) {
        rest = UnsafeRawBufferPointer(start: data, count: size)
    }

    /// Takes one byte; zero if there is none.
    mutating func takeByte() -> UInt8 {
        guard let byte = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return byte
    }

    /// Takes up to `count` bytes.
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return piece
    }
}

/// Calls `body` with a copy of `bytes` in memory that ends where they end, so that the address
/// sanitizer sees every read behind them.
func withExactCopy<Result>(
    _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyMemory(from: bytes)
    return body(UnsafeRawBufferPointer(copy))
}
