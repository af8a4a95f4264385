import Foundation
import VarveConnect

/// What the store says about a call that it refused.
public struct StoreRefusal: Hashable, Sendable {
    /// A field of the request that is wrong.
    public struct Violation: Hashable, Sendable {
        /// The path to it: `kvs[3].key`.
        public let field: String
        /// What is wrong.
        public let description: String
    }

    /// A further detail, in the encoding that it came in.
    public struct Detail: Hashable, Sendable {
        /// The full name of the message's type.
        public let typeName: String
        /// The message, in binary.
        public let value: [UInt8]
    }

    /// The kind of failure in the terms of the Connect protocol: `invalid_argument`, `aborted`.
    public let code: String
    /// Why, as a constant in capitals: `CONSISTENCY_NOT_READY`. Nil when the server gave none.
    public let reason: String?
    /// Whose constant it is: `store.query`.
    public let domain: String?
    /// What belongs to the reason: `oldest_retained` of `BATCH_EVICTED`.
    public let metadata: [String: String]
    /// Which fields are wrong.
    public let violations: [Violation]
    /// How long to wait before the same call may succeed; nil when it will not. The call was not
    /// done.
    public let retryAfter: Duration?
    /// Everything that came with the failure.
    public let details: [Detail]

    /// Whether the same call may succeed later.
    var mayPass: Bool { retryAfter != nil || code == ConnectCode.unavailable.rawValue }

    /// A refusal from what stands in an answer.
    init(_ error: ConnectError) {
        let info = error.detail(ErrorInfo.self)
        code = error.code.rawValue
        reason = info?.reason
        domain = info?.domain
        metadata = info?.metadata ?? [:]
        violations = (error.detail(BadRequest.self)?.violations ?? []).map {
            Violation(field: $0.field, description: $0.description)
        }
        retryAfter = error.detail(RetryInfo.self).map { .seconds(max(0, $0.delaySeconds)) }
        details = error.details.map { Detail(typeName: $0.typeName, value: $0.value) }
    }

    /// The error that is thrown for an answer with an error status. What is no error of the
    /// protocol comes from elsewhere: from a proxy, or a server without a store.
    static func error(from answer: Answer) -> ClientError {
        let type = answer.head.header("Content-Type").map(MediaType.of)
        guard type == "application/json",
            let error = answer.body.withUnsafeBytes({ ConnectError(json: $0) })
        else { return ProblemDocument.error(from: answer) }
        return self.error(error, subject: answer.head.subject)
    }

    /// The error that is thrown for a failure. One that ends a stream comes with status 200, and
    /// gets that which its code has elsewhere.
    static func error(_ error: ConnectError, subject: String) -> ClientError {
        let refusal = StoreRefusal(error)
        var failure = ClientError(
            .refused, status: Int(error.code.httpStatus),
            code: refusal.reason ?? refusal.code, detail: error.message, subject: subject)
        failure.refusal = refusal
        failure.state.retryAfter = refusal.retryAfter
        return failure
    }
}
