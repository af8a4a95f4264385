import Testing

@testable import VarveLoad

@Suite struct ControlOffsetTests {
    private func last(_ text: String) -> String? {
        Array(text.utf8).withUnsafeBytes { bytes in
            ControlOffset.last(in: bytes).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(arguments: [
        ("", nil), ("data:x", nil), (#""streamNextOffset":"cut"#, nil),
        (#"event: control\ndata:{"streamNextOffset":"7_9","upToDate":true}\n\n"#, "7_9"),
        (#"{"streamNextOffset":"1"} {"streamNextOffset":"2"}"#, "2"),
    ])
    func `the last whole offset of a piece is found`(text: String, offset: String?) {
        #expect(last(text) == offset)
    }
}
