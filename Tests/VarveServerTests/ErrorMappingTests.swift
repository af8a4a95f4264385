import Testing
import VarveHTTP
import VarveLog
import VarveStreams

@testable import VarveServer

/// How errors become answers.
@Suite("ErrorMapping")
struct ErrorMappingTests {
    private let tail = StreamPosition(record: 3, byte: 30)

    @Test("a refusal keeps what it waits for and the offset it names")
    func visibility() {
        let refusal = Refusal(StreamRefusal(.streamClosed, visibleAt: LSN(7), nextOffset: tail))
        #expect(refusal.problem.status == .conflict)
        #expect(refusal.visibleAt == LSN(7))
        #expect(refusal.nextOffset == tail)
        #expect(refusal.isClosed)
    }

    @Test("producer refusals carry their numbers")
    func producers() {
        let fenced = Refusal(StreamRefusal(.producerFenced(currentEpoch: 4)))
        #expect(fenced.problem.status == .forbidden)
        #expect(fenced.producerEpoch == 4)
        let gap = Refusal(StreamRefusal(.producerGap(expected: 2, received: 9)))
        #expect(gap.problem.status == .conflict)
        #expect(gap.sequenceGap?.expected == 2)
        #expect(gap.sequenceGap?.received == 9)
        #expect(!gap.isClosed)
    }

    @Test("an offset that was trimmed away is told from a deletion, and names what is left")
    func trimmed() {
        let trimmed = Refusal(StreamRefusal(.trimmed, visibleAt: LSN(9), earliestOffset: tail))
        #expect(trimmed.problem.status == .gone)
        #expect("\(trimmed.problem.code)" == "trimmed")
        #expect(trimmed.earliestOffset == tail && trimmed.visibleAt == LSN(9))
        let deleted = Refusal(StreamRefusal(.deleted))
        #expect(deleted.problem.status == .gone)
        #expect("\(deleted.problem.code)" == "deleted")
    }

    @Test("an overloaded log is a reason to try again, a failed one is not")
    func failures() {
        let overloaded = Refusal(StreamRefusal(.log(.overloaded(reason: "busy"))))
        #expect(overloaded.problem.status == .serviceUnavailable)
        #expect(overloaded.isTransient)
        #expect(overloaded.retryAfterSeconds == 1)
        let failed = Refusal(StreamRefusal(.log(.poisoned(cause: "fdatasync"))))
        #expect("\(failed.problem.code)" == "outcome-unknown")
        #expect(failed.problem.status == .serviceUnavailable)
        #expect(!failed.isTransient)
        let full = Refusal(StreamRefusal(.log(.outOfSpace(path: "x"))))
        #expect(full.problem.status == .insufficientStorage)
    }

    @Test("no answer repeats the cause of an internal failure")
    func causes() {
        for error in [
            LogError.io(message: "secret"), .poisoned(cause: "secret"), .outOfSpace(path: "secret"),
            .corruption(file: "secret", byte: 0, count: 0, detail: "secret"),
        ] {
            #expect(!"\(Problem(error).detail)".contains("secret"))
        }
    }
}
