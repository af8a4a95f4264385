// The responses that the network gives without asking a route.

package import VarveHTTP

/// Why the network itself answers a request.
package enum ConnectionRefusal: Equatable, Sendable {
    /// The request is not acceptable HTTP, too large or too slow.
    case request(HTTPError)
    /// There are as many connections as allowed.
    case tooManyConnections
    /// There is as much unfinished input as allowed.
    case tooMuchInput
    /// What the response reveals could not be made durable; whether it is, is unknown.
    case outcomeUnknown
    /// The handler gave no response.
    case unanswered

    /// The status of the response.
    package var status: HTTPStatus {
        switch self {
        case .request(let error): error.status
        case .tooManyConnections, .tooMuchInput, .outcomeUnknown: .serviceUnavailable
        case .unanswered: .internalServerError
        }
    }

    /// The stable code of the problem document.
    package var code: StaticString {
        switch self {
        case .request(let error): error.code
        case .tooManyConnections: "too-many-connections"
        case .tooMuchInput: "too-much-input"
        case .outcomeUnknown: "outcome-unknown"
        case .unanswered: "internal"
        }
    }

    /// One sentence for the person who reads the response.
    package var detail: StaticString {
        switch self {
        case .request(let error): error.detail
        case .tooManyConnections: "The server has as many connections as it allows."
        case .tooMuchInput: "The server is receiving as much as it can hold; try again."
        case .outcomeUnknown:
            "The write could not be confirmed; it may or may not have been kept."
        case .unanswered: "The server did not answer the request."
        }
    }

    /// The problem document as bytes.
    package var problem: [UInt8] {
        let buffer = OutputBuffer()
        ProblemJSON.append(status: status, code: code, detail: detail, to: buffer)
        return [UInt8](buffer.readable)
    }
}
