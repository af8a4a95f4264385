import Testing

@testable import VarveClient

@Suite struct StreamNameTests {
    @Test(arguments: [
        ("orders", "orders"), ("a/b.c_d~e-f", "a/b.c_d~e-f"), ("a b", "a%20b"), ("é", "%C3%A9"),
        ("100%", "100%25"), ("a?b#c", "a%3Fb%23c"),
    ])
    func `a name becomes a path that only names it`(name: String, path: String) throws {
        #expect(try StreamName.path(of: name) == path)
    }

    @Test(arguments: [
        "", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\nb", "a\u{7F}",
        String(repeating: "x", count: 1025), "s" + String(repeating: "/s", count: 16),
    ])
    func `a name that a server would refuse or shorten is refused before it is sent`(name: String) {
        let error = #expect(throws: ClientError.self) { try StreamName.path(of: name) }
        #expect(error?.code == "invalid-stream-name")
    }
}
