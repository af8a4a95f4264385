import Testing
import VarveLog
import VarveStreams

@Suite("Offset tokens")
struct OffsetTokenTests {
    @Test("the start is zeros")
    func start() {
        #expect(OffsetToken.string(.start) == "0000000000000000_0000000000000000")
    }

    @Test("every position has one token, which names it again")
    func roundTrip() {
        for record in [0, 1, 255, 1 << 40, UInt64.max] {
            for byte in [0, 9, 0xabc_def0, UInt64.max] {
                let position = StreamPosition(record: record, byte: byte)
                #expect(OffsetToken.parse(OffsetToken.string(position)) == position)
            }
        }
    }

    @Test("tokens sort as their positions do")
    func order() {
        let positions = [0, 1, 9, 10, 15, 16, 255, 1 << 32, .max].map {
            StreamPosition(record: $0, byte: $0)
        }
        let tokens = positions.map(OffsetToken.string)
        #expect(tokens == tokens.sorted())
    }

    @Test(
        "nothing else is a token",
        arguments: [
            "", "-1", "now", "0", "0000000000000000-0000000000000000",
            "000000000000000_0000000000000000", "0000000000000000_000000000000000",
            "0000000000000000_00000000000000000", "000000000000000A_0000000000000000",
            "000000000000000g_0000000000000000", " 0000000000000000_000000000000000",
            "0000000000000000_0000000000000000 ", "+000000000000000_0000000000000000",
        ])
    func malformed(_ text: String) {
        #expect(OffsetToken.parse(text) == nil)
    }
}
