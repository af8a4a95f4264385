import Testing
import VarvePlatform

@testable import VarveStreams

@Suite("JSON splitting against the grammar")
struct JSONPropertyTests {
    /// Random texts, most of them nearly JSON.
    private struct Generator {
        let random: SeededRandom

        func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

        func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

        func space() -> String { pick(["", "", "", " ", "\n", "\t \r\n"]) }

        func value(_ depth: Int) -> String {
            let kind = below(depth > 0 ? 8 : 5)
            switch kind {
            case 0: return pick(["true", "false", "null"])
            case 1, 2:
                return pick(["0", "-0", "12", "-3.25", "1e9", "2E-7", "98765432109876543210"])
            case 3, 4: return string()
            case 5, 6:
                let elements = (0..<below(4)).map { _ in space() + value(depth - 1) + space() }
                return "[" + (elements.isEmpty ? space() : elements.joined(separator: ",")) + "]"
            default:
                let members = (0..<below(3)).map { _ in
                    space() + string() + space() + ":" + space() + value(depth - 1) + space()
                }
                return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
            }
        }

        func string() -> String {
            let pieces = [
                "", "a", "xyz", "é", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00",
                "[1,2]", "{}", ",", ":", "  ", "a long run of plain characters in one string",
            ]
            return "\"" + (0..<below(4)).map { _ in pick(pieces) }.joined() + "\""
        }

        /// One change of one place: usually no JSON any more.
        func mutate(_ text: [UInt8]) -> [UInt8] {
            var text = text
            let interesting =
                Array("[]{}:,\"\\0-.e tfn\u{1}\u{c}\u{1a}/".utf8) + [0x80, 0xc3, 0xff]
            let place = below(text.count + 1)
            switch below(4) {
            case 0 where place < text.count: text.remove(at: place)
            case 1 where place < text.count: text[place] = pick(interesting)
            case 2: text.insert(pick(interesting), at: place)
            default: text = Array(text[..<place])
            }
            return text
        }
    }

    /// What the splitter says of a text.
    private func split(_ splitter: JSONMessages, _ text: [UInt8]) -> [[UInt8]]? {
        // Memory of exactly the text's size: a sanitizer sees every read beyond.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: text)
        guard let messages = try? splitter.split(UnsafeRawBufferPointer(copy)) else { return nil }
        return (0..<messages.count).map { Array(messages[$0]) }
    }

    @Test("the splitter and the grammar agree on random and on damaged texts")
    func agreement() throws {
        let splitter = try #require(JSONMessages())
        let generator = Generator(random: SeededRandom(seed: 2024))
        var accepted = 0
        var refused = 0
        for _ in 0..<3000 {
            var text = Array((generator.space() + generator.value(4) + generator.space()).utf8)
            for _ in 0..<6 {
                let expected = JSONReference.messages(text, depthMax: JSONMessages.depthMax)
                let actual = split(splitter, text)
                #expect(
                    actual == expected.map { $0.map { Array(text[$0]) } },
                    "\(String(decoding: text, as: UTF8.self))")
                if actual == nil { refused += 1 } else { accepted += 1 }
                text = generator.mutate(text)
            }
        }
        #expect(accepted > 3000)
        #expect(refused > 3000)
    }

    @Test("the messages, joined again as an array, split into the same messages")
    func rejoining() throws {
        let splitter = try #require(JSONMessages())
        let generator = Generator(random: SeededRandom(seed: 7))
        for _ in 0..<500 {
            let text = Array(generator.value(4).utf8)
            let messages = try #require(split(splitter, text))
            let joined = Array("[".utf8) + messages.joined(separator: [UInt8(ascii: ",")]) + [0x5d]
            #expect(split(splitter, joined) == messages)
        }
    }
}
