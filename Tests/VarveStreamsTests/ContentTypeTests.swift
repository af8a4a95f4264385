import Testing

@testable import VarveStreams

@Suite("Content types")
struct ContentTypeTests {
    private func type(_ value: String) -> ContentType {
        withBytes(value) { ContentType($0) }
    }

    @Test("a value is kept as it was given")
    func verbatim() {
        for value in ["text/plain", "Text/Plain; charset=UTF-8", "application/vnd.x+json"] {
            #expect(type(value).text == value)
        }
        #expect(type("  text/plain\t").text == "text/plain")
    }

    @Test("no value and values that are no types stand for the default")
    func fallback() {
        #expect(ContentType(nil).text == "application/octet-stream")
        for value in ["", " ", "text", "/", "text/", "/plain", "a b/c", "text/plain/x", ";a=b"] {
            #expect(type(value).text == "application/octet-stream")
        }
    }

    @Test("types are compared without case and parameters")
    func comparison() {
        let json = type("application/json; charset=utf-8")
        for same in [
            "application/json", "Application/JSON", "application/json ;x=y", " application/json",
        ] {
            #expect(withBytes(same) { json.matches($0) })
        }
        for other in ["application/jsonl", "application", "text/json", ""] {
            #expect(!withBytes(other) { json.matches($0) })
        }
    }

    @Test("JSON and text are recognised")
    func kinds() {
        #expect(type("application/json").isJSON)
        #expect(type("APPLICATION/JSON;a=b").isJSON)
        #expect(!type("application/x-ndjson").isJSON)
        #expect(type("text/plain").isText)
        #expect(type("TEXT/html; charset=x").isText)
        #expect(!type("application/text").isText)
    }

    @Test("streams of one value share one object")
    func interning() {
        let table = ContentTypeTable()
        let first = withBytes("text/plain") { table.intern($0) }
        let second = withBytes("text/plain") { table.intern($0) }
        let third = withBytes("Text/plain") { table.intern($0) }
        #expect(first === second)
        #expect(first !== third)
        #expect(first.matches(third))
    }

    @Test("values beyond the table's bound work without being shared")
    func bound() {
        let table = ContentTypeTable()
        for number in 0..<ContentTypeTable.countMax {
            _ = withBytes("a/\(number)") { table.intern($0) }
        }
        let first = withBytes("text/plain") { table.intern($0) }
        #expect(first.text == "text/plain")
        #expect(withBytes("text/plain") { table.intern($0) } !== first)
    }
}
