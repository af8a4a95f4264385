import Foundation
import FoundationNetworking

/// Follows one stream: pages up to the tail, then live answers, from the last offset on whenever
/// something breaks.
///
/// The caller pulls; between two calls of `next` only a live answer's bounded buffer grows.
actor StreamFollower {
    /// Where the follower stands.
    private enum Phase {
        /// Reading pages until one reaches the tail.
        case catchingUp
        /// Waiting for what is appended.
        case live
        /// The stream is closed and its end was given out, or the follower gave up.
        case ended
    }

    private let client: StreamClient
    private let name: String
    private let options: FollowOptions
    private var offset: StreamOffset
    private var phase = Phase.catchingUp
    private var cursor: String?
    private var contentType = "application/octet-stream"
    private var usesEvents: Bool
    private var events: LiveAnswer<EventDecoder>?
    private var failures = 0

    init(client: StreamClient, name: String, from offset: StreamOffset, options: FollowOptions) {
        self.client = client
        self.name = name
        self.options = options
        self.offset = offset
        usesEvents = options.mode == .events
    }

    deinit {
        events?.cancel()
    }

    /// The next batch that has content or closes the stream; nil after the end.
    ///
    /// - Throws: `ClientError` when another attempt would be in vain; nil follows.
    func next() async throws -> StreamBatch? {
        while true {
            do throws(ClientError) {
                guard let batch = try await step() else { return nil }
                if !batch.isEmpty || batch.isClosed { return batch }
            } catch {
                try await wait(after: error)
            }
        }
    }

    /// One answer or one event; nil at the end. The result may be empty.
    private func step() async throws(ClientError) -> StreamBatch? {
        let batch: StreamBatch
        switch phase {
        case .ended: return nil
        case .catchingUp: batch = try await page()
        case .live: batch = usesEvents ? try await event() : try await poll()
        }
        failures = 0
        offset = batch.nextOffset
        if batch.isClosed {
            phase = .ended
            events = nil
        }
        return batch
    }

    /// One page; the one that reaches the tail decides how new content will come.
    private func page() async throws(ClientError) -> StreamBatch {
        let answer = try await sendOnce(client.readRequest(name, from: offset))
        let batch = try StreamClient.batch(answer)
        contentType = batch.contentType
        if options.mode == .automatic { usesEvents = !MediaType.isText(batch.contentType) }
        if batch.isUpToDate { phase = .live }
        return batch
    }

    /// One long-poll: new content, or none within the server's time.
    private func poll() async throws(ClientError) -> StreamBatch {
        let answer = try await sendOnce(liveRequest("long-poll"))
        cursor = answer.head.header("Stream-Cursor") ?? cursor
        return try StreamClient.batch(answer)
    }

    /// One live event, from the open answer or a new one.
    private func event() async throws(ClientError) -> StreamBatch {
        while true {
            let answer: LiveAnswer<EventDecoder>
            if let events { answer = events } else { answer = try openEvents() }
            switch try await next(of: answer) {
            case .element(let event):
                cursor = event.cursor ?? cursor
                return event.batch
            case .ended:
                events = nil
            case .overflowed:
                events = nil
                phase = .catchingUp
                return try await page()
            }
        }
    }

    /// What the answer brings next; one that failed is forgotten.
    private func next(
        of answer: LiveAnswer<EventDecoder>
    ) async throws(ClientError) -> LiveAnswer<EventDecoder>.Step {
        do throws(ClientError) {
            return try await answer.next()
        } catch {
            answer.cancel()
            events = nil
            throw error
        }
    }

    /// Opens a live answer at the current offset.
    private func openEvents() throws(ClientError) -> LiveAnswer<EventDecoder> {
        let request = try liveRequest("sse")
        let contentType = contentType
        let answer = LiveAnswer(
            subject: request.subject, bufferBytesMax: options.bufferBytesMax
        ) { head in
            EventDecoder(head: head, contentType: contentType)
        }
        answer.adopt(client.open(request, receiver: answer))
        events = answer
        return answer
    }

    /// A live request at the current offset.
    private func liveRequest(_ mode: String) throws(ClientError) -> URLRequest {
        let live = "&live=\(mode)" + (cursor.map { "&cursor=\($0)" } ?? "")
        var request = try client.readRequest(name, from: offset, live: live)
        request.timeoutInterval = client.options.liveSilenceMax.seconds
        return request
    }

    /// Sends once and turns an error status into the error.
    private func sendOnce(_ request: URLRequest) async throws(ClientError) -> Answer {
        let answer = try await client.sendOnce(request)
        guard answer.head.status < 300 else { throw ProblemDocument.error(from: answer) }
        return answer
    }

    /// Waits before the next attempt, or throws the failure when there will be none.
    private func wait(after failure: ClientError) async throws(ClientError) {
        failures += 1
        guard failure.isTransient,
            let backoff = options.retry.wait(
                afterFailures: failures, fraction: Double.random(in: 0..<1))
        else {
            phase = .ended
            throw failure
        }
        let wait = max(backoff, failure.state.retryAfter ?? .zero)
        options.onRetry?(failure, wait)
        do throws(ClientError) {
            try await StreamClient.sleep(wait, subject: failure.subject)
        } catch {
            phase = .ended
            throw error
        }
    }
}
