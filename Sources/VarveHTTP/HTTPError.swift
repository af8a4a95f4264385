// Why a message could not be understood, and what the client is told. One file holds every refusal
// of this layer, so that status, code and text stay together.

/// A refusal of the HTTP layer: it ends the message, and, except where noted, the connection.
///
/// Codes are part of the public interface and never change; details name what was expected.
package enum HTTPError: UInt8, Error, Equatable, Sendable, CaseIterable {
    case bareLineFeed
    case malformedRequestLine
    case malformedTarget
    case malformedVersion
    case malformedHeader
    case spaceBeforeColon
    case obsoleteFolding
    case controlByte
    case missingHost
    case repeatedHost
    case malformedHost
    case malformedContentLength
    case repeatedContentLength
    case contentLengthWithTransferEncoding
    case malformedTransferEncoding
    case malformedChunkSize
    case malformedChunk
    case chunkExtensionTooLong
    case malformedTrailer
    case malformedEscape
    case requestTimeout
    case contentTooLarge
    case targetTooLong
    case expectationFailed
    case headTooLarge
    case tooManyHeaders
    case trailersTooLarge
    case unsupportedTransferCoding
    case methodNotImplemented
    case versionNotSupported
    case malformedStatusLine

    /// The status of the response.
    package var status: HTTPStatus {
        switch self {
        case .requestTimeout: .requestTimeout
        case .contentTooLarge: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .expectationFailed: .expectationFailed
        case .headTooLarge, .tooManyHeaders, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedTransferCoding, .methodNotImplemented: .notImplemented
        case .versionNotSupported: .httpVersionNotSupported
        default: .badRequest
        }
    }

    /// The stable code of the problem document.
    package var code: StaticString {
        switch self {
        case .bareLineFeed: "bare-line-feed"
        case .malformedRequestLine: "malformed-request-line"
        case .malformedTarget: "malformed-target"
        case .malformedVersion: "malformed-version"
        case .malformedHeader: "malformed-header"
        case .spaceBeforeColon: "space-before-colon"
        case .obsoleteFolding: "obsolete-folding"
        case .controlByte: "control-byte"
        case .missingHost: "missing-host"
        case .repeatedHost: "repeated-host"
        case .malformedHost: "malformed-host"
        case .malformedContentLength: "malformed-content-length"
        case .repeatedContentLength: "repeated-content-length"
        case .contentLengthWithTransferEncoding: "content-length-with-transfer-encoding"
        case .malformedTransferEncoding: "malformed-transfer-encoding"
        case .malformedChunkSize: "malformed-chunk-size"
        case .malformedChunk: "malformed-chunk"
        case .chunkExtensionTooLong: "chunk-extension-too-long"
        case .malformedTrailer: "malformed-trailer"
        case .malformedEscape: "malformed-escape"
        case .requestTimeout: "request-timeout"
        case .contentTooLarge: "content-too-large"
        case .targetTooLong: "target-too-long"
        case .expectationFailed: "expectation-failed"
        case .headTooLarge: "head-too-large"
        case .tooManyHeaders: "too-many-headers"
        case .trailersTooLarge: "trailers-too-large"
        case .unsupportedTransferCoding: "unsupported-transfer-coding"
        case .methodNotImplemented: "method-not-implemented"
        case .versionNotSupported: "version-not-supported"
        case .malformedStatusLine: "malformed-status-line"
        }
    }

    /// One sentence for the person who reads the response.
    package var detail: StaticString {
        switch self {
        case .bareLineFeed: "Every line of a message head ends with CR LF."
        case .malformedRequestLine: "The request line is not METHOD SP TARGET SP VERSION."
        case .malformedTarget:
            "The request target is neither an absolute path, an http URL, nor * for OPTIONS."
        case .malformedVersion: "The protocol version is not HTTP/DIGIT.DIGIT."
        case .malformedHeader: "A header line is not NAME: VALUE."
        case .spaceBeforeColon: "A header name is followed by white space."
        case .obsoleteFolding: "A header line begins with white space."
        case .controlByte: "A header value contains a control byte."
        case .missingHost: "The request has no Host header."
        case .repeatedHost: "The request has more than one Host header."
        case .malformedHost: "The host is not NAME or NAME:PORT."
        case .malformedContentLength: "Content-Length is not a decimal number."
        case .repeatedContentLength: "Content-Length is given more than once."
        case .contentLengthWithTransferEncoding:
            "Content-Length and Transfer-Encoding exclude each other."
        case .malformedTransferEncoding: "Transfer-Encoding does not end with one chunked coding."
        case .malformedChunkSize: "A chunk does not begin with its size in hexadecimal digits."
        case .malformedChunk: "A chunk does not end with CR LF."
        case .chunkExtensionTooLong: "The chunk extensions are too long."
        case .malformedTrailer: "A trailer line is not NAME: VALUE."
        case .malformedEscape: "A percent sign is not followed by two hexadecimal digits."
        case .requestTimeout: "The request did not arrive in time."
        case .contentTooLarge: "The request body is over the limit."
        case .targetTooLong: "The request target is over the limit."
        case .expectationFailed: "The only expectation that can be met is 100-continue."
        case .headTooLarge: "The message head is over the limit."
        case .tooManyHeaders: "The message has too many headers."
        case .trailersTooLarge: "The trailers are over the limit."
        case .unsupportedTransferCoding: "The only supported transfer coding is chunked."
        case .methodNotImplemented: "The method is not implemented by this server."
        case .versionNotSupported: "The server speaks HTTP/1.0 and HTTP/1.1 on this connection."
        case .malformedStatusLine: "The status line is not VERSION SP STATUS."
        }
    }
}
