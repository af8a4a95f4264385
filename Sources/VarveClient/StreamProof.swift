public import Foundation
import FoundationNetworking

/// A stream's chain head, signed by the server: keep it, and later prove that the stream still has
/// this history.
///
/// What it proves, and how to check it, is in `docs/proof.md`. All values are as the server wrote
/// them, and none was checked.
public struct SignedStreamHead: Hashable, Sendable {
    /// The JSON object that the server sent: what `varve verify --head` takes.
    public let json: Data
    /// The stream's name; nil when it is not text.
    public let name: String?
    /// Which stream of that name, as 32 hexadecimal digits.
    public let incarnation: String
    /// Where in the stream.
    public let position: StreamOffset
    /// The chain's head there, as 64 hexadecimal digits.
    public let head: String
    /// Whether the stream had ended there.
    public let isClosed: Bool
    /// When it was signed, by the server's clock, in milliseconds since 1970.
    public let signedAtMilliseconds: UInt64
    /// The id of the key, 16 hexadecimal digits.
    public let key: String
    /// The Ed25519 signature, as 128 hexadecimal digits.
    public let signature: String

    /// The members of the JSON form.
    private struct Members: Decodable {
        let name: String?
        let incarnation: String
        let position: String
        let head: String
        let state: String
        let time: String
        let key: String
        let signature: String
    }

    /// Reads the JSON form; nil when it is not one.
    init?(json: Data) {
        guard let members = try? JSONDecoder().decode(Members.self, from: json),
            let time = UInt64(members.time)
        else { return nil }
        self.json = json
        name = members.name
        incarnation = members.incarnation
        position = StreamOffset(members.position)
        head = members.head
        isClosed = members.state == "closed"
        signedAtMilliseconds = time
        key = members.key
        signature = members.signature
    }
}

/// What the server found when it computed a stream's chain anew.
public struct StreamVerificationReport: Hashable, Sendable, Codable {
    /// One damaged place in the server's directory.
    public struct Damage: Hashable, Sendable, Codable {
        /// The file.
        public let file: String
        /// The first record concerned, where it is known.
        public let record: UInt64?
        /// The first byte in the file.
        public let byte: UInt64
        /// How many bytes.
        public let count: UInt64
        /// What is wrong.
        public let detail: String
    }

    /// Whether everything is as it was written.
    public let clean: Bool
    /// The stream's name.
    public let name: String
    /// Which stream of that name, as 32 hexadecimal digits.
    public let incarnation: String
    /// How many records were hashed.
    public let records: UInt64
    /// How many of them were redacted: only their leaves were looked at.
    public let redacted: UInt64
    /// How many bytes were hashed.
    public let bytes: UInt64
    /// Where the verification began: a fork's own records come behind its source's.
    public let from: String
    /// Where it ended.
    public let position: String
    /// The chain's head there, as 64 hexadecimal digits.
    public let head: String
    /// `open`, or `closed` for a stream that has ended there.
    public let state: String
    /// The first damage, if there is any.
    public let damages: [Damage]
}

extension StreamClient {
    /// Asks for a stream's chain head with the server's signature.
    ///
    /// - Parameters:
    ///   - name: the stream.
    ///   - offset: where in the stream; nil for its tail.
    /// - Throws: `ClientError`; status 404 no such stream, 400 no such offset, or one before the
    ///   fork's own records.
    public func signedHead(
        of name: String, at offset: StreamOffset? = nil
    ) async throws(ClientError) -> SignedStreamHead {
        let path = "__ds/heads/\(try StreamName.path(of: name))"
        let query = offset.map { "offset=\(StreamName.percentEncoded($0.token))" } ?? ""
        let answer = try await send(
            request("GET", path: path, query: query), isRepeatable: true)
        guard let head = SignedStreamHead(json: answer.body) else {
            throw ClientError(
                .invalidAnswer, status: answer.head.status, code: "invalid-head",
                detail: "the answer is not a signed head", subject: answer.head.subject)
        }
        return head
    }

    /// Has the server read all of a stream from its disk and compute its chain anew. That takes as
    /// long as it takes, beside other requests; another verification waits for it.
    ///
    /// - Throws: `ClientError`; status 404 no such stream, 503 as many verifications wait as may.
    public func verify(stream name: String) async throws(ClientError) -> StreamVerificationReport {
        let path = "__ds/verify/\(try StreamName.path(of: name))"
        let answer = try await send(request("POST", path: path), isRepeatable: true)
        do {
            return try JSONDecoder().decode(StreamVerificationReport.self, from: answer.body)
        } catch {
            throw ClientError(
                .invalidAnswer, status: answer.head.status, code: "invalid-report",
                detail: "the answer is not a report on a verification",
                subject: answer.head.subject)
        }
    }
}
