import Foundation
import Testing

@testable import VarveClient

@Suite struct JSONMessagesTests {
    @Test(arguments: [
        ("[]", []), ("[ ]", []), ("", []), ("[1]", ["1"]), ("[1,2 , 3]", ["1", "2", "3"]),
        (#"[{"a":[1,2]},"x,]",null]"#, [#"{"a":[1,2]}"#, #""x,]""#, "null"]),
        (#"["\"]","\\",{"k":"}"}]"#, [#""\"]""#, #""\\""#, #"{"k":"}"}"#]),
        ("[[],[[]]]", ["[]", "[[]]"]),
    ])
    func `an array is split into its elements, byte for byte`(array: String, elements: [String]) {
        let messages = JSONMessages.split(Data(array.utf8))
        #expect(messages.map { String(decoding: $0, as: UTF8.self) } == elements)
    }

    @Test func `bytes that are no array trap nowhere`() {
        for text in ["[\"", "[1", "]", "}{", "[\"\\", "nothing"] {
            _ = JSONMessages.split(Data(text.utf8))
        }
    }
}
