import VarveBytes

/// What a stream may be called: the decoded rest of its path.
///
/// A name is 1 to 1024 bytes of UTF-8 without control bytes, in at most 16 segments parted by `/`,
/// none of them empty, `.` or `..`; a first segment `__ds` belongs to the control interfaces.
package enum StreamName {
    /// The longest name, in bytes.
    package static let bytesMax = 1024
    /// The most segments of a name.
    package static let segmentsMax = 16
    /// The first segment that no stream may have.
    package static let reservedSegment: StaticString = "__ds"

    /// Why a name is refused.
    package enum Fault: String, Error, Sendable {
        /// There are no bytes.
        case empty = "the name is empty"
        /// There are more than `bytesMax` bytes.
        case tooLong = "the name has more than 1024 bytes"
        /// There are more than `segmentsMax` segments.
        case tooManySegments = "the name has more than 16 segments"
        /// Two slashes meet, or one is first or last.
        case emptySegment = "the name has an empty segment"
        /// A segment is `.` or `..`.
        case dotSegment = "the name has a segment . or .."
        /// A byte below 0x20, or 0x7f.
        case controlByte = "the name has a control byte"
        /// The bytes are not UTF-8.
        case notUTF8 = "the name is not UTF-8"
        /// The first segment is `__ds`.
        case reserved = "names below __ds are reserved"
    }

    /// What is wrong with `name`, already percent-decoded; nil when nothing is.
    package static func fault(in name: UnsafeRawBufferPointer) -> Fault? {
        if name.isEmpty { return .empty }
        if name.count > bytesMax { return .tooLong }
        if !UTF8Validation.isValid(name) { return .notUTF8 }
        var segments = 0
        var start = 0
        for index in 0...name.count {
            if index < name.count, name[index] != slash {
                if name[index] < 0x20 || name[index] == 0x7f { return .controlByte }
                continue
            }
            let segment = UnsafeRawBufferPointer(rebasing: name[start..<index])
            if segment.isEmpty { return .emptySegment }
            if segment.count <= 2, segment.allSatisfy({ $0 == dot }) { return .dotSegment }
            if segments == 0, segment.equals(reservedSegment) { return .reserved }
            segments += 1
            start = index + 1
        }
        return segments > segmentsMax ? .tooManySegments : nil
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
