import Glibc
import VarvePlatform

@testable import VarveNetwork

/// A response body of pieces by turns in memory and in a file, the first one in memory.
struct PieceBody {
    private let sizes: [Int]

    init(_ sizes: [Int]) {
        self.sizes = sizes
    }

    /// The path that the test handler answers with this body.
    var path: String { "/pieces/" + sizes.map { String($0) }.joined(separator: "/") }

    /// The path for the same body behind a gate.
    func path(gate: UInt64) -> String {
        "/gatedPieces/\(gate)/" + sizes.map { String($0) }.joined(separator: "/")
    }

    /// A request for the body.
    var request: String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

    /// What must arrive.
    var bytes: [UInt8] {
        places.flatMap { PatternFile.pattern[$0.range] }
    }

    /// The slices; memory notes `unpinned` and a file `closed` when it is let go.
    func slices(_ journal: Journal) -> [BodySlice] {
        places.map { place in
            guard !place.isInFile else {
                return BodySlice(
                    owner: PinnedOwner(journal, "closed"), descriptor: PatternFile.shared.raw,
                    offset: UInt64(place.range.lowerBound), count: place.range.count)
            }
            return BodySlice(
                owner: PinnedOwner(journal),
                bytes: UnsafeRawBufferPointer(rebasing: PatternFile.memory[place.range]))
        }
    }

    /// Where each piece lies, in memory or file: both hold the same bytes.
    private var places: [(isInFile: Bool, range: Range<Int>)] {
        // Odd, so that no piece begins at a page's border by itself.
        var start = 1
        return sizes.enumerated().map { index, size in
            if start + size > PatternFile.pattern.count { start = 1 }
            defer { start += size + 7 }
            return (index % 2 == 1, start..<(start + size))
        }
    }
}

/// A file without a name, and memory, with a pattern that has no period of a power of two.
final class PatternFile: Sendable {
    static let pattern: [UInt8] = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 % 251) }
    static let shared = PatternFile(count: pattern.count)
    nonisolated(unsafe) static let memory = {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: pattern.count, alignment: 4096)
        bytes.copyBytes(from: pattern)
        return UnsafeRawBufferPointer(bytes)
    }()

    private let descriptor: Descriptor

    /// The first `count` bytes of the pattern as a file.
    init(count: Int) {
        var template = Array("/tmp/varve-test-\(String(repeating: "X", count: 6))".utf8CString)
        descriptor = Descriptor(owning: mkstemp(&template))
        unlink(template)
        var written = 0
        while written < count {
            written += Self.pattern[written..<count].withUnsafeBytes {
                write(descriptor.raw, $0.baseAddress, $0.count)
            }
        }
    }

    /// The open file.
    var raw: Int32 { descriptor.raw }
}
