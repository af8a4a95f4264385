import Foundation
import FoundationNetworking

/// What became of a redaction.
public struct StreamRedaction: Hashable, Sendable, Codable {
    /// How many records were erased.
    public let records: UInt64
    /// Behind the last of them.
    public let nextOffset: String
    /// The last frame of the journal that says so.
    public let lsn: UInt64
    /// Whether no file of the server's log has the bytes any more; else that follows by itself.
    public let erased: Bool
}

extension StreamClient {
    /// What a server is asked for.
    private struct Order: Encodable {
        let offset: String
        let records: UInt64
        let reason: String
    }

    /// How long an answer may take, in seconds: segments are written anew.
    private static let redactionSeconds: Double = 3600

    /// Erases what records of a stream say, durably and for good, also for its forks. Their offsets
    /// and lengths stay, and the stream goes on verifying.
    ///
    /// - Parameters:
    ///   - name: the stream.
    ///   - offset: where the first of the records begins.
    ///   - records: how many there are, up to 10,000.
    ///   - reason: who wants it and why, up to 1024 bytes.
    /// - Throws: `ClientError`; status 404 no such stream, 400 no such records, 410 trimmed away,
    ///   503 another redaction is being made.
    public func redact(
        _ name: String, from offset: StreamOffset, records: UInt64 = 1, reason: String
    ) async throws(ClientError) -> StreamRedaction {
        var request = try request("POST", path: "__ds/redact/\(try StreamName.path(of: name))")
        request.timeoutInterval = Self.redactionSeconds
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        do {
            request.httpBody = try JSONEncoder().encode(
                Order(offset: offset.token, records: records, reason: reason))
        } catch {
            throw ClientError(
                .invalidArgument, code: "invalid-redaction", detail: "\(error)", subject: name)
        }
        let answer = try await send(request, isRepeatable: true)
        do {
            return try JSONDecoder().decode(StreamRedaction.self, from: answer.body)
        } catch {
            throw ClientError(
                .invalidAnswer, status: answer.head.status, code: "invalid-report",
                detail: "the answer is not a report on a redaction", subject: answer.head.subject)
        }
    }
}
