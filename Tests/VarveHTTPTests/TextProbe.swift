// Small conversions that the tests share.

import VarveHTTP

extension OutputBuffer {
    /// The readable bytes as text.
    var text: String { String(decoding: readable, as: UTF8.self) }
}

extension String {
    /// Calls `body` with the UTF-8 of the string.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBytes(body)
    }
}
