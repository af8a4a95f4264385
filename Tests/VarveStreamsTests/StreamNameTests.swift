import Testing
import VarveBytes

@testable import VarveStreams

@Suite("Stream names")
struct StreamNameTests {
    private func fault(_ name: String) -> StreamName.Fault? {
        withBytes(name) { StreamName.fault(in: $0) }
    }

    @Test(
        "plain paths are names",
        arguments: [
            "a", "a/b", "a b", "été/😀", "...", ".a", "a.", "..a", "__dsx", "x/__ds", "-1", "now",
            "%41",
        ])
    func accepted(_ name: String) {
        #expect(fault(name) == nil)
    }

    @Test(
        "what could be mistaken for another name is refused",
        arguments: [
            ("", .empty), ("/", .emptySegment), ("/a", .emptySegment), ("a/", .emptySegment),
            ("a//b", .emptySegment), (".", .dotSegment), ("..", .dotSegment),
            ("a/./b", .dotSegment),
            ("a/../b", .dotSegment), ("a/..", .dotSegment), ("__ds", .reserved),
            ("__ds/subscriptions", .reserved), ("a\n", .controlByte), ("\u{0}", .controlByte),
            ("a\u{7f}", .controlByte),
        ] as [(String, StreamName.Fault)])
    func refused(_ name: String, _ expected: StreamName.Fault) {
        #expect(fault(name) == expected)
    }

    @Test("a name has up to 1024 bytes and 16 segments")
    func limits() {
        #expect(fault(String(repeating: "a", count: 1024)) == nil)
        #expect(fault(String(repeating: "a", count: 1025)) == .tooLong)
        #expect(fault(Array(repeating: "a", count: 16).joined(separator: "/")) == nil)
        #expect(fault(Array(repeating: "a", count: 17).joined(separator: "/")) == .tooManySegments)
    }

    @Test(
        "the verdict on UTF-8 is that of the standard library, for every pair and many longer runs")
    func encoding() {
        for first in UInt8.min...UInt8.max {
            for second in [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
                as [UInt8]
            {
                for rest in [[], [0x80], [0x80, 0x80], [0xbf, 0xbf], [0x41]] as [[UInt8]] {
                    let bytes = [first, second] + rest
                    let expected = String(validating: bytes, as: UTF8.self) != nil
                    #expect(withBytes(bytes) { UTF8Validation.isValid($0) } == expected)
                }
            }
        }
    }
}
