import Foundation
import ServerProcess
import Testing

/// `varve keys`.
@Suite(.blocking, .timeLimit(.minutes(30))) struct KeysCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func `keys are generated once, rotated, and listed with the one that signs`() throws {
        let data = directory.path("data")
        let first = try Varve.output(["keys", "generate", data])
        #expect(first.hasSuffix(" signing\n"))
        #expect(try Varve.refusal(["keys", "generate", data], code: 1).contains("exists already"))
        let second = try Varve.output(["keys", "rotate", data])
        #expect(second != first)
        let listed = try Varve.output(["keys", "list", data]).split(separator: "\n")
        #expect(listed.count == 2)
        #expect(listed.contains { "\($0)\n" == second })
        #expect(listed.contains { "\($0) signing\n" == first })
        let json = try Varve.output(["keys", "list", "--json", data])
        #expect(json.contains("\"signing\":false}"))
    }

    @Test func `without a key there is nothing to rotate or list`() throws {
        let data = directory.path("nothing")
        for action in ["rotate", "list"] {
            #expect(
                try Varve.refusal(["keys", action, data], code: 1).contains("no such file"))
        }
        #expect(
            try Varve.refusal(["keys", "generat", data], code: 2).contains("generate"))
    }
}
