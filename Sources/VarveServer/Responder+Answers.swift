// The ways to answer. All calls to an exchange that produce bytes are on this page.

import VarveHTTP
import VarveLog
import VarveNetwork
import VarveStreams

extension Responder {
    /// Answers with `body`, or without one.
    ///
    /// - Parameters:
    ///   - gate: the response leaves when this is durable.
    ///   - body: copied at once.
    ///   - head: writes the headers that are the operation's own.
    @inline(__always)
    func send(
        _ status: HTTPStatus, gate: LSN = .none, body: UnsafeRawBufferPointer? = nil,
        _ head: (ResponseWriter) -> Void
    ) {
        if refusesUnreachable(gate) { return }
        note(status)
        exchange.respond(status, gate: mark(gate), body: body) { writer in
            core.crossOrigin.write(to: writer, place: originPlace)
            head(writer)
        }
    }

    /// Answers with a body that `body` writes.
    func send(
        _ status: HTTPStatus, gate: LSN = .none, _ head: (ResponseWriter) -> Void,
        body: (OutputBuffer) -> Void
    ) {
        let buffer = OutputBuffer()
        body(buffer)
        send(status, gate: gate, body: buffer.readable, head)
    }

    /// Answers with a body that is sent from where it lies.
    func send(
        _ status: HTTPStatus, gate: LSN = .none, slices: [BodySlice],
        _ head: (ResponseWriter) -> Void
    ) {
        if refusesUnreachable(gate) { return }
        note(status)
        exchange.respond(status, gate: mark(gate), slices: slices) { writer in
            core.crossOrigin.write(to: writer, place: originPlace)
            head(writer)
        }
    }

    /// Begins a response that goes on, always 200; false when as many are open as may, and nothing
    /// was answered.
    func startStream(owner: any ExchangeOwner, _ head: (ResponseWriter) -> Void) -> Bool {
        let isOpen = exchange.startStream(.ok, owner: owner) { writer in
            core.crossOrigin.write(to: writer, place: originPlace)
            head(writer)
        }
        if isOpen { note(.ok) }
        return isOpen
    }

    /// Refuses a request, or tries it again in a moment when that may help.
    func refuse(_ refusal: Refusal, _ request: borrowing RequestView) {
        if refusal.isTransient && postpone(request) { return }
        refuse(refusal)
    }

    /// Refuses a request.
    func refuse(_ refusal: Refusal, allow: StaticString? = nil) {
        if let cause = refusal.cause {
            core.logger.log(
                .error, "request failed",
                ["operation": .text(operation.name), "cause": .text("\(cause)")])
        }
        send(refusal.problem.status, gate: refusal.visibleAt) { writer in
            writer.header("Content-Type", ProblemJSON.contentType)
            writer.lines("Cache-Control: no-store\r\n")
            if let allow { writer.header("Allow", allow) }
            if let tail = refusal.nextOffset {
                writer.header("Stream-Next-Offset", hexadecimal: tail.record, tail.byte)
            }
            if let earliest = refusal.earliestOffset {
                writer.header(
                    "Stream-Earliest-Offset", hexadecimal: earliest.record, earliest.byte)
            }
            if refusal.isClosed { writer.lines("Stream-Closed: true\r\n") }
            if let epoch = refusal.producerEpoch { writer.header("Producer-Epoch", decimal: epoch) }
            if let gap = refusal.sequenceGap {
                writer.header("Producer-Expected-Seq", decimal: gap.expected)
                writer.header("Producer-Received-Seq", decimal: gap.received)
            }
            if let seconds = refusal.retryAfterSeconds {
                writer.header("Retry-After", decimal: seconds)
            }
        } body: { buffer in
            refusal.problem.write(to: buffer)
        }
    }

    /// Refuses anything about subscriptions, in the form that their errors have.
    func refuseSubscriptions() {
        send(.notImplemented) { writer in
            writer.lines("Content-Type: application/json\r\nCache-Control: no-store\r\n")
        } body: { buffer in
            buffer.append(#"{"error":{"code":"NOT_SUPPORTED","#)
            buffer.append(#""message":"Subscriptions are not supported yet."}}"#)
        }
    }

    /// Counts an answer, and logs it if answers are logged.
    @inline(__always)
    private func note(_ status: HTTPStatus) {
        metrics.count(operation, status: Int(status.rawValue))
        if let line { log(line, status) }
    }

    private func log(_ line: String, _ status: HTTPStatus) {
        core.logger.log(
            .debug, "request",
            [
                "request": .text(line), "status": .number(Int64(status.rawValue)),
                "operation": .text(operation.name),
            ])
    }

    /// Whether a response that reveals what `lsn` changed could not leave now; then the turn ends
    /// with the wish for a commit.
    @inline(__always)
    func mustWait(for lsn: LSN) -> Bool {
        guard lsn > core.engine.log.durable else { return false }
        state.wantsCommit = true
        return true
    }

    /// The gate of a response that reveals what `lsn` changed; 0 when it may leave at once.
    @inline(__always)
    private func mark(_ lsn: LSN) -> UInt64 { mustWait(for: lsn) ? lsn.rawValue : 0 }

    /// Keeps a request until `lsn` is durable and answers it from its beginning then.
    func hold(_ request: borrowing RequestView, until lsn: LSN) {
        if refusesUnreachable(lsn) { return }
        let held = HeldRequest(request) { Router.answer($0, self) }
        guard exchange.park(owner: held, endsWithPeer: false) else { return refuse(.busy) }
        state.held.add(held, until: lsn)
    }

    /// Keeps a request that an overloaded log did not take; false when it has waited long enough,
    /// or too much waits already.
    func postpone(
        _ request: borrowing RequestView, _ cause: HeldRequests.StallCause = .log
    ) -> Bool {
        let now = loop.nowMilliseconds
        let deadline = deadline ?? now + core.configuration.overloadWaitMilliseconds
        let byteCount = request.headBytes.count + request.body.count
        guard now < deadline, state.held.hasRoom(for: byteCount) else { return false }
        var again = self
        again.deadline = deadline
        let held = HeldRequest(request) { Router.answer($0, again) }
        guard exchange.park(owner: held, endsWithPeer: false) else { return false }
        state.addStalled(held, until: deadline, cause)
        return true
    }

    /// Answers 503 when the log has failed before `lsn` became durable: then it never will be.
    @inline(__always)
    private func refusesUnreachable(_ lsn: LSN) -> Bool {
        guard lsn != .none, mustWait(for: lsn), core.engine.log.failure != nil else { return false }
        refuse(Refusal(.outcomeUnknown))
        return true
    }
}
