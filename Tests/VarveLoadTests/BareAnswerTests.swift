import Testing

@testable import VarveLoad

@Suite struct BareAnswerTests {
    private func length(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBytes { BareAnswer.length($0) }
    }

    @Test func `the end of a 204 is found wherever it lies, and only when it is there`() {
        for filler in 0..<20 {
            let head =
                "HTTP/1.1 204 No Content\r\nX: \(String(repeating: "y", count: filler))\r\n\r\n"
            for next in ["", "H", "HTTP/1.1 204 No Content\r\n\r\n"] {
                #expect(length(head + next) == head.utf8.count)
            }
            let bytes = Array(head.utf8)
            for cut in 0..<bytes.count {
                #expect(bytes[..<cut].withUnsafeBytes { BareAnswer.length($0) } == nil)
            }
        }
    }

    @Test func `line ends that are no end are passed over`() {
        let head = "HTTP/1.1 204 \r\r\n\n\r\nA: b\n\r\nB: c\r\n\r\n"
        #expect(length(head) == head.utf8.count)
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 204 X\r\n\r\n", "", "HTTP/1.1 20"])
    func `any other answer is left to the parser`(text: String) {
        #expect(length(text) == nil)
    }
}
