// A request kept beyond the call that brought it, to be answered from its beginning later.

import VarveHTTP
import VarveNetwork

/// A copy of a request whose exchange is parked.
///
/// Thread rule: its loop only.
final class HeldRequest: ExchangeOwner {
    /// Answers the request, anew or for the first time.
    typealias Answerer = (borrowing RequestView) -> Void

    /// The bytes of memory that the copy takes.
    let byteCount: Int
    private let memory: UnsafeMutableRawBufferPointer
    private let head: RequestHead
    private let headCount: Int
    @exclusivity(unchecked) private var answerer: Answerer?

    /// A copy of `request`, to be given to `answerer`.
    init(_ request: borrowing RequestView, _ answerer: @escaping Answerer) {
        self.answerer = answerer
        head = request.head
        headCount = request.headBytes.count
        byteCount = headCount + request.body.count
        memory = .allocate(byteCount: max(byteCount, 1), alignment: 16)
        memory.copyMemory(from: request.headBytes)
        UnsafeMutableRawBufferPointer(rebasing: memory[headCount...]).copyMemory(from: request.body)
    }

    deinit {
        memory.deallocate()
    }

    /// Answers the request; nothing happens when its client has left.
    func answer() {
        guard let answerer else { return }
        self.answerer = nil
        answerer(
            RequestView(
                head: head, bytes: UnsafeRawBufferPointer(rebasing: memory[..<headCount]),
                body: UnsafeRawBufferPointer(rebasing: memory[headCount..<byteCount])))
    }

    func gone() { answerer = nil }

    /// It will not be answered otherwise: it is answered as it stands.
    func finish() { answer() }
}
