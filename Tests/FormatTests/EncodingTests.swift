import Foundation
import Testing
import VarveBytes

/// A change of what is written on disk is never an accident: one value of each structure, encoded,
/// has the hash that it had when format 1 was made.
@Suite struct EncodingTests {
    private static var file: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/encodings.txt").path
    }

    @Test func `every structure is encoded as it was`() throws {
        let lines = Encodings.all.map { encoding in
            let hash = encoding.bytes.withUnsafeBytes { SHA256Hasher.hash($0) }
            return "\(hash.hex) \(encoding.bytes.count) \(encoding.name)\n"
        }.joined()
        if ProcessInfo.processInfo.environment["VARVE_RECORD_FIXTURES"] != nil {
            try lines.write(toFile: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: Self.file, encoding: .utf8) == lines)
    }
}
