package import VarveLog

extension StreamEngine {
    /// The signed head of a stream at a boundary between records; without one, at its tail. Not a
    /// use of the stream.
    ///
    /// - Parameter blocking: whether to wait for the disk; the head at the tail mostly needs none.
    /// - Throws: `notFound`, `deleted`, what `EventLog.chainPlace` throws, and, unless `blocking`,
    ///   `log(.wouldBlock)`: ask again from a thread that may wait.
    package func signedHead(
        _ stream: Stream, at position: StreamPosition?, by signer: HeadSigner, blocking: Bool
    ) throws(StreamRefusal) -> (head: SignedHead, visibleAt: LSN) {
        let view = try view(stream, uses: false)
        do throws(LogError) {
            let tail = try log.headAtTail(of: stream.log)
            if let tail, position == nil || position == tail.position {
                return (try log.sign(tail, of: stream.log, by: signer), view.visibleAt)
            }
            guard blocking else { throw LogError.wouldBlock }
            let head = try log.signedHead(of: stream.log, at: position, by: signer)
            return (head, view.visibleAt)
        } catch {
            throw Self.refusal(error, view, stream)
        }
    }

    /// Verifies a stream, waiting for the disk as often as it takes. Not a use of the stream.
    ///
    /// - Throws: `notFound`, `deleted`, and what `EventLog.verification` throws.
    package func verification(
        of stream: Stream, isCancelled: () -> Bool
    ) throws(StreamRefusal) -> (verification: StreamVerification, visibleAt: LSN) {
        let view = try view(stream, uses: false)
        do throws(LogError) {
            let found = try log.verification(of: stream.log, isCancelled: isCancelled)
            return (found, view.visibleAt)
        } catch {
            throw Self.refusal(error, view, stream)
        }
    }
}
