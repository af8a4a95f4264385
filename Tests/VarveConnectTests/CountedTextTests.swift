import Testing
import VarveConnect

@Suite("Text with a NUL")
struct CountedTextTests {
    @Test("A NUL is a character like any other, alone and in a oneof, in both encodings")
    func aNULIsACharacter() throws {
        let request = SubscribeRequest(
            selectors: [KeySelector(prefix: [0], pattern: "a\0b"), .init(prefix: [], pattern: "")],
            filters: [.pattern("\0"), .pattern(""), .exact([])])
        for format in MessageFormat.allCases {
            let bytes = try format.encode(request)
            #expect(try format.decode(SubscribeRequest.self, bytes) == request)
        }
        #expect(
            try MessageFormat.proto.encode(request)
                == Array(
                    hex:
                        "0a 08 0a 01 00 12 03 61 00 62 0a 00 12 03 1a 01 00 12 02 1a 00 12 02 0a 00"
                ))
        let json = String(decoding: try MessageFormat.json.encode(request), as: UTF8.self)
        #expect(json.contains(#""payloadRegex":"a\u0000b""#))
    }

    @Test("A NUL is a character in a list, in a map and in the parts of parts")
    func aNULIsACharacterInAList() throws {
        let order = PruneRequest.Order(captureGroup: "c\0", encoding: 1)
        let prune = PruneRequest([
            .init(
                selector: KeySelector(prefix: [], pattern: ""), groupBy: ["\0a", "", "b\0"],
                order: order, retain: .dropAll)
        ])
        let info = ErrorInfo(
            reason: "R\0", domain: "", metadata: ["a\0": "\0\0", "b": "", "": "x"])
        for format in MessageFormat.allCases {
            #expect(try format.decode(PruneRequest.self, format.encode(prune)) == prune)
            #expect(try format.decode(ErrorInfo.self, format.encode(info)) == info)
        }
    }

    @Test("The last field of a oneof counts, whether text or another came before")
    func theLastFieldOfAOneofCounts() throws {
        func filter(_ hex: String) throws -> [ValueFilter] {
            try MessageFormat.proto.decode(SubscribeRequest.self, Array(hex: hex)).filters
        }
        #expect(try filter("12 06 1a 01 00 0a 01 62") == [.exact([0x62])])
        #expect(try filter("12 06 0a 01 62 1a 01 00") == [.pattern("\0")])
        #expect(try filter("12 03 1a 01 61 12 03 1a 01 62").count == 2)
    }
}
