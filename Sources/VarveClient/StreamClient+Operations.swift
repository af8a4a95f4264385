import Foundation
import FoundationNetworking

/// What operators ask of a server. Each takes as long as it takes, beside other requests.
extension StreamClient {
    /// How long an answer may take: a day.
    private static let silenceSeconds: Double = 86_400

    /// Has the server settle: move everything durable from its journal into a segment.
    ///
    /// - Throws: `ClientError`.
    public func settle() async throws(ClientError) {
        _ = try await operate("settle", isRepeatable: true)
    }

    /// Has the server make a consistent copy of its log, in a directory of that name below the one
    /// it was given for backups.
    ///
    /// - Throws: `ClientError`; status 403 when it was given none, 409 when there is such a
    ///   directory, 400 for a name that is none.
    public func backup(name: String) async throws(ClientError) -> BackupReceipt {
        let body: Data
        do {
            body = try JSONEncoder().encode(["directory": name])
        } catch {
            throw ClientError(
                .invalidArgument, code: "invalid-name", detail: "\(error)", subject: name)
        }
        return try Self.decode(try await operate("backup", body: body))
    }

    /// Has the server merge as many segments as its limits allow; returns when that is done.
    ///
    /// - Throws: `ClientError`; status 503 when the server ended meanwhile: what was merged by then
    ///   stays merged.
    public func compact() async throws(ClientError) -> CompactionReceipt {
        try Self.decode(try await operate("compact", isRepeatable: true))
    }

    /// What the server's log amounts to.
    ///
    /// - Parameter top: how many of the largest streams to name, up to 1000.
    /// - Throws: `ClientError`.
    public func statistics(top: Int = 10) async throws(ClientError) -> StorageStatistics {
        var request = try request("GET", path: "__ds/stats", query: "top=\(top)")
        request.timeoutInterval = Self.silenceSeconds
        return try Self.decode(try await send(request, isRepeatable: true))
    }

    private static func decode<Report: Decodable>(
        _ answer: Answer
    ) throws(ClientError) -> Report {
        do {
            return try JSONDecoder().decode(Report.self, from: answer.body)
        } catch {
            throw ClientError(
                .invalidAnswer, status: answer.head.status, code: "invalid-report",
                detail: "the answer is not a report of this kind", subject: answer.head.subject)
        }
    }

    private func operate(
        _ name: String, body: Data? = nil, isRepeatable: Bool = false
    ) async throws(ClientError) -> Answer {
        var request = try request("POST", path: "__ds/\(name)")
        request.timeoutInterval = Self.silenceSeconds
        if let body {
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        return try await send(request, isRepeatable: isRepeatable)
    }
}
