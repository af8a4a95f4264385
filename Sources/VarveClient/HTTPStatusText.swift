import FoundationNetworking

/// The phrase for a status of an answer without a body, such as one to HEAD.
enum HTTPStatusText {
    /// A phrase for `status`, in words that fit this protocol.
    static func phrase(_ status: Int) -> String {
        switch status {
        case 404: "there is no such stream"
        case 405: "the server does not know this operation"
        case 410: "the offset is no longer kept, or the stream is gone"
        case 503: "the server cannot answer now"
        default: HTTPURLResponse.localizedString(forStatusCode: status)
        }
    }
}
