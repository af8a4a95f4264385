import VarvePlatform

/// The pages of the documentation, and how they show bytes.
enum Page {
    /// Sixteen bytes a line, with their position in the file.
    static func dump(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        stride(from: range.lowerBound, to: range.upperBound, by: 16).map { start in
            let hex = bytes[start..<min(start + 16, range.upperBound)].map { byte in
                let text = String(byte, radix: 16)
                return text.utf8.count == 1 ? "0" + text : text
            }
            let position = String(start)
            return String(repeating: " ", count: 5 - position.utf8.count) + position + "  "
                + hex.joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// The text of a page, by its path in the repository.
    static func read(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let file = try File.open("/\(root)/\(name)")
        var bytes = [UInt8](repeating: 0, count: Int(try File.size(file.raw)))
        let count = try bytes.withUnsafeMutableBytes { try File.read(file.raw, at: 0, into: $0) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
