/// How messages are compressed.
package enum ContentCoding: String, Sendable, CaseIterable {
    /// Not at all.
    case identity
    /// gzip, as RFC 1952 has it.
    case gzip
    /// Zstandard, as RFC 8878 has it.
    case zstd

    /// The codings that are understood, as a header lists them.
    package static let accepted = "gzip, zstd"

    /// The coding of a name, compared without case; nil for one that is not understood.
    package init?(name: UnsafeRawBufferPointer) {
        guard name.count <= 16 else { return nil }
        self.init(rawValue: String(decoding: name, as: UTF8.self).lowercased())
    }

    /// The coding that a list of accepted ones asks for: zstd before gzip, none when neither is
    /// there or both have the weight zero.
    package static func preferred(in list: UnsafeRawBufferPointer) -> ContentCoding {
        var best = ContentCoding.identity
        for item in String(decoding: list.prefix(512), as: UTF8.self).split(separator: ",") {
            let parts = item.lowercased().filter { $0 != " " && $0 != "\t" }.split(separator: ";")
            guard let name = parts.first, let coding = ContentCoding(rawValue: String(name)) else {
                continue
            }
            let isRefused = parts.dropFirst().contains { part in
                part.hasPrefix("q=0") && part.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
            }
            if isRefused || coding == .identity { continue }
            if best != .zstd { best = coding }
        }
        return best
    }

    /// Compresses `bytes`, behind `room` bytes that are zero; nil when the library fails.
    package func compress(_ bytes: UnsafeRawBufferPointer, room: Int = 0) -> [UInt8]? {
        switch self {
        case .identity: [UInt8](repeating: 0, count: room) + bytes
        case .gzip: GzipCoding.compress(bytes, room: room)
        case .zstd: ZstdCoding.compress(bytes, room: room)
        }
    }

    /// Decompresses all of `bytes`, to at most `limit` bytes.
    package func decompress(
        _ bytes: UnsafeRawBufferPointer, limit: Int
    ) throws(CodingFault) -> [UInt8] {
        switch self {
        case .identity:
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
            return Array(bytes)
        case .gzip: return try GzipCoding.decompress(bytes, limit: limit)
        case .zstd: return try ZstdCoding.decompress(bytes, limit: limit)
        }
    }
}

/// Why bytes cannot be decompressed.
package enum CodingFault: Error, Equatable, Sendable {
    /// They are not what the coding makes, or end too early.
    case malformed
    /// They would become more than allowed.
    case tooLarge(limit: Int)
}

extension CodingFault: CustomStringConvertible {
    /// The fault in one sentence.
    package var description: String {
        switch self {
        case .malformed: "the compressed message is damaged or incomplete"
        case .tooLarge(let limit): "the message is over the limit of \(limit) bytes, decompressed"
        }
    }
}

/// A run of decompressed bytes that grows up to a limit.
struct CodingOutput {
    /// The bytes; those from `count` on are room.
    var bytes: [UInt8]
    /// How many are filled.
    var count = 0
    private let limit: Int

    /// Room for what `inputBytes` bytes may become at first.
    init(inputBytes: Int, limit: Int) {
        self.limit = limit
        let guess = min(max(inputBytes, 64) * 4, 1 << 20)
        bytes = [UInt8](repeating: 0, count: min(guess, limit) + 1)
    }

    /// Makes sure that there is room; one byte over the limit shows that there is more than that.
    mutating func makeRoom() throws(CodingFault) {
        if count > limit { throw .tooLarge(limit: limit) }
        guard count == bytes.count else { return }
        let larger = min(bytes.count * 2, limit + 1)
        bytes.append(contentsOf: repeatElement(0, count: larger - bytes.count))
    }

    /// What has been filled.
    consuming func finished() throws(CodingFault) -> [UInt8] {
        if count > limit { throw .tooLarge(limit: limit) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
