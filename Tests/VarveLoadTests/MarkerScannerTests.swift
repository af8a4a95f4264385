import Testing

@testable import VarveLoad

@Suite struct MarkerScannerTests {
    private let text =
        "xx@0000000000000010000000000000000adata"
        + "@short@00000000000000ff0000000000000002@fffffffffffffffffffffffffffffffftail"
    private let expected: [[UInt64]] = [[16, 10], [255, 2], [.max, .max]]

    /// The markers found when the text arrives in pieces of these sizes.
    private func found(_ pieces: [Int]) -> [[UInt64]] {
        var scanner = MarkerScanner()
        var markers: [[UInt64]] = []
        var rest = Array(text.utf8)[...]
        for size in pieces + [rest.count] {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            piece.withUnsafeBytes { bytes in
                scanner.scan(bytes) { markers.append([$0.sentAt, $0.number.rawValue]) }
            }
        }
        return markers
    }

    @Test func `markers are found wherever the content is split`() {
        #expect(found([]) == expected)
        for first in 0...text.utf8.count {
            #expect(found([first]) == expected)
        }
        #expect(found(Array(repeating: 1, count: text.utf8.count)) == expected)
    }
}
