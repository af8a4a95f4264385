// What Content-Length and Transfer-Encoding say, read as strictly as smuggling demands.

import VarveBytes

/// The reading of the two headers that delimit a body (RFC 9112, section 6).
enum BodyFraming {
    /// The one decimal number of Content-Length; over 64 bits it is `UInt64.max`. Repeats and lists
    /// are refused even where the values agree: RFC 9110, section 8.6, leaves that choice, and only
    /// broken or hostile senders use them.
    static func contentLength(
        _ base: UnsafeRawPointer, _ headers: borrowing HeaderSlots
    ) -> Result<UInt64, HTTPError> {
        guard let range = headers.value(.contentLength), !headers.isRepeated(.contentLength) else {
            return .failure(.repeatedContentLength)
        }
        guard !range.isEmpty else { return .failure(.malformedContentLength) }
        var length: UInt64 = 0
        for index in range {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            guard byte >= 0x30, byte <= 0x39 else {
                return .failure(byte == 0x2C ? .repeatedContentLength : .malformedContentLength)
            }
            let (product, over) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
            length = over || carry || length == .max ? .max : sum
        }
        return .success(length)
    }

    /// Accepts exactly `chunked`. Where chunked is last behind other codings, the length is known
    /// but not the coding: 501. Everything else leaves the length unknown: 400 (section 6.3).
    static func checkTransferEncoding(
        _ base: UnsafeRawPointer, _ headers: borrowing HeaderSlots
    ) -> HTTPError? {
        guard let range = headers.value(.transferEncoding), !headers.isRepeated(.transferEncoding)
        else { return .malformedTransferEncoding }
        let chunked: StaticString = "chunked"
        if UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
            .equalsIgnoringCase(chunked)
        {
            return nil
        }
        var count = 0
        var chunkedCount = 0
        var lastIsChunked = false
        FieldText.forEachElement(base, range) { element in
            count += 1
            lastIsChunked = UnsafeRawBufferPointer(
                start:
                    base + element.lowerBound, count: element.count
            )
            .equalsIgnoringCase(chunked)
            if lastIsChunked { chunkedCount += 1 }
        }
        let isUnderstood = lastIsChunked && chunkedCount == 1 && count > 1
        return isUnderstood ? .unsupportedTransferCoding : .malformedTransferEncoding
    }
}
