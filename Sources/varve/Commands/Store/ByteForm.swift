import Foundation
import VarveBytes

/// How keys or values are written on a command line and in what is printed.
enum ByteForm: String, CaseIterable {
    /// UTF-8, as it is.
    case text
    /// Two hexadecimal digits a byte.
    case hex
    /// Base64 with padding.
    case base64
    /// Columns, as a JSON array: values that reductions read.
    case row

    /// The bytes that `text` stands for.
    ///
    /// - Throws: what is wrong, as a clause.
    func bytes(of text: String) throws(ByteFormFault) -> [UInt8] {
        let source = Array(text.utf8)
        switch self {
        case .text: return source
        case .hex:
            return try Self.decoded(source, source.count / 2, "pairs of hexadecimal digits") {
                Hex.decode($0, into: $1)
            }
        case .base64:
            return try Self.decoded(source, source.count, "base64 with padding") {
                Base64.decode($0, into: $1)
            }
        case .row: return try RowText.row(of: text)
        }
    }

    /// How `bytes` are printed; nil when they have no such form.
    func text(of bytes: [UInt8]) -> String? {
        switch self {
        case .text:
            bytes.contains(where: Self.isControl)
                ? nil : String(validating: bytes, as: UTF8.self)
        case .hex: bytes.withUnsafeBytes { Hex.string($0) }
        case .base64: bytes.withUnsafeBytes { Base64.string($0) }
        case .row: RowText.text(of: bytes)
        }
    }

    /// Whether a byte would do something to a terminal: a control character that is no white space.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && !(0x09...0x0D).contains(byte) || byte == 0x7F
    }

    private static func decoded(
        _ source: [UInt8], _ countMax: Int, _ expectation: String,
        _ decode: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?
    ) throws(ByteFormFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: countMax)
        let count = source.withUnsafeBytes { source in
            bytes.withUnsafeMutableBytes { decode(source, $0) }
        }
        guard let count else { throw ByteFormFault("expected \(expectation)") }
        bytes.removeLast(countMax - count)
        return bytes
    }
}

/// Why a text does not stand for bytes.
struct ByteFormFault: Error {
    /// What is wrong, as a clause.
    let detail: String

    /// A fault.
    init(_ detail: String) {
        self.detail = detail
    }
}
