import Testing

@testable import VarveServer

/// The form of log lines.
@Suite("LogLine")
struct LogLineTests {
    private func encode(
        _ format: LogFormat, _ message: String, _ fields: KeyValuePairs<String, LogValue>
    ) -> String {
        LogLine.encode(
            format, milliseconds: 1_750_000_000_123, level: .warning, message: message,
            fields: fields)
    }

    @Test("logfmt has time, level, message and fields, and ends the line")
    func logfmt() {
        let line = encode(.logfmt, "listening", ["port": 4437, "tls": .flag(false), "host": "h"])
        #expect(
            line
                == "ts=2025-06-15T15:06:40.123Z level=warning msg=listening "
                + "port=4437 tls=false host=h\n"
        )
    }

    @Test("logfmt quotes what could be mistaken")
    func quoting() {
        let line = encode(.logfmt, "two words", ["a": "x=y", "b": "", "c": "say \"hi\"", "d": "é"])
        #expect(line.hasSuffix(#"msg="two words" a="x=y" b="" c="say \"hi\"" d=é"# + "\n"))
    }

    @Test("no value ends a line or begins another field", arguments: [LogFormat.logfmt, .json])
    func injection(_ format: LogFormat) {
        let line = encode(format, "m", ["path": "x\nlevel=error msg=fake\r\u{0}\u{7F}"])
        #expect(line.utf8.count { $0 == 0x0A } == 1)
        #expect(line.utf8.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 != 0x7F) })
        #expect(line.contains(#""x\nlevel=error msg=fake\r\u0000\u007f""#))
    }

    @Test("JSON lines are objects")
    func json() {
        let line = encode(.json, "done", ["count": 3, "ok": .flag(true), "name": "a\"b\\c"])
        let expected =
            #"{"ts":"2025-06-15T15:06:40.123Z","level":"warning","msg":"done","#
            + #""count":3,"ok":true,"name":"a\"b\\c"}"#
        #expect(line == expected + "\n")
    }
}
