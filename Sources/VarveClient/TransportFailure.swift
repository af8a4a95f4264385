import Foundation
import FoundationNetworking

/// Translates what Foundation reports about a connection into a `ClientError`.
enum TransportFailure {
    /// The error for `error`, which ended the request `subject`.
    static func error(_ error: any Error, subject: String) -> ClientError {
        guard let failure = error as? URLError else {
            return ClientError(
                .interrupted, code: "connection-lost", detail: error.localizedDescription,
                subject: subject)
        }
        switch failure.code {
        case .cancelled:
            return ClientError(
                .cancelled, code: "cancelled", detail: "the request was cancelled",
                subject: subject)
        case .cannotFindHost, .dnsLookupFailed:
            return ClientError(
                .unreachable, code: "unknown-host", detail: "the host name does not resolve",
                subject: subject)
        case .cannotConnectToHost:
            return ClientError(
                .unreachable, code: "connection-refused",
                detail: "no server answers there", subject: subject)
        case .timedOut:
            return ClientError(
                .interrupted, code: "timed-out", detail: "the server stayed silent too long",
                subject: subject)
        case .unsupportedURL, .badURL:
            return ClientError(
                .invalidArgument, code: "invalid-url", detail: "the URL cannot be used",
                subject: subject)
        default:
            return ClientError(
                .interrupted, code: "connection-lost",
                detail: "the connection broke before the answer was complete",
                subject: subject)
        }
    }
}
