import Foundation
import ServerProcess
import Testing
import VarvePlatform

/// `varve kv`, against a server.
@Suite(.blocking, .timeLimit(.minutes(30))) struct StoreCommandTests {
    private let directory: TemporaryDirectory
    private let server: ServerProcess
    private let environment: [String: String]

    init() throws {
        directory = try TemporaryDirectory()
        server = try ServerProcess.ready(
            dataDirectory: directory.path("data"),
            ["--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error"])
        environment = ["VARVE_URL": "http://127.0.0.1:\(server.port)/v1/stream"]
    }

    /// Runs a command that succeeds.
    private func kv(_ arguments: String...) throws -> String {
        try Varve.output(["kv"] + arguments, environment: environment)
    }

    private func refusal(_ arguments: String..., code: Int32) throws -> String {
        try Varve.refusal(["kv"] + arguments, code: code, environment: environment)
    }

    /// Writes a file and returns its path.
    private func file(_ bytes: Data) throws -> String {
        let path = directory.path(UUID().uuidString)
        try bytes.write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `one story from the first put to a prune`() throws {
        #expect(try kv("put", "users/7", "Ada") == "sequence 1\n")
        #expect(try kv("put", "users/8", "Bob") == "sequence 2\n")
        #expect(try kv("get", "users/7") == "Ada\n")
        #expect(try kv("get", "users/8", "users/7") == "users/8\tBob\nusers/7\tAda\n")
        #expect(try kv("scan", "--reverse", "--keys-only") == "users/8\nusers/7\n")
        #expect(try kv("scan", "users/8") == "users/8\tBob\n")
        #expect(try kv("reduce", "--count", "--prefix", "users/") == "2\n")
        #expect(try kv("delete", "users/7", "absent") == "sequence 3\n")
        #expect(try refusal("get", "users/7", code: 1) == "there is no key users/7")
        #expect(
            try kv("subscribe", "--from", "2", "-n", "2")
                == "2\tput\tusers/8\tBob\n3\tdelete\tusers/7\n3\tdelete\tabsent\n")
        #expect(
            try kv("stats", "--keys") == "sequence      3\noldest batch  1\nkeys          1\n")
        #expect(try kv("retention", "--keep-latest", "1") == "oldest batch 3\n")
        let evicted = try refusal("subscribe", "--from", "1", code: 1)
        #expect(evicted.contains("400 BATCH_EVICTED"))
        #expect(try kv("prune", "--prefix", "users/", "--drop-all") == "pruned\n")
        #expect(try kv("scan") == "")
    }

    @Test func `what belongs to the store is not counted among the streams`() throws {
        let url = ["--url", "http://127.0.0.1:\(server.port)/v1/stream"]
        let data = directory.path("data")
        _ = try Varve.output(["create", "s", "-t", "text/plain"] + url)
        #expect(try kv("put", "a", "1") == "sequence 1\n")
        _ = try Varve.output(["settle"] + url)
        let statistics = try Varve.output(["stats", "--json"] + url)
        #expect(statistics.contains("\"streams\":1,"))
        #expect(statistics.contains("\"reserved_records\":1,"))
        #expect(!statistics.contains("store/"))
        #expect(try server.stop() == .exited(0))
        let text = try Varve.output(["stats", data])
        #expect(text.contains("streams              1\n"))
        #expect(text.contains("of the store         1 records"))
        #expect(try Varve.output(["verify", data]).contains(" 1 streams, "))
        let backup = try Varve.output(["backup", data, directory.path("copy")])
        #expect(backup.contains(" 1 streams, "))
        #expect(try Varve.output(["repair", data]) == "nothing to repair\n")
        let both = ["repair", data, "--rebuild-index", "--rebuild-catalog"]
        #expect(try Varve.refusal(both, code: 2).contains("comes first"))
        #expect(try Varve.output(["repair", data, "--rebuild-index"]).contains("from 1 batches"))
        let compared = try Varve.output(["repair", data, "--compare-index"])
        #expect(compared == "done: compare the store's index with its batches: 2 rows\n")
        let alone = ["repair", data, "--rebuild-index", "--compare-index"]
        #expect(try Varve.refusal(alone, code: 2).contains("stands alone"))
        let index = "index: 1 keys, come to batch 1 of 1: whole\n"
        #expect(try Varve.output(["verify", data]).contains(index))
    }

    @Test func `any bytes go in and come out, by every form`() throws {
        let bytes = Data([0, 255, 10, 9, 64])
        let path = try file(bytes)
        _ = try kv("put", "--key-format", "hex", "00ff", "@" + path)
        #expect(
            try kv("get", "--key-format", "hex", "--value-format", "base64", "00ff")
                == "AP8KCUA=\n")
        #expect(
            try kv("scan", "--json") == #"{"keyBase64":"AP8=","valueBase64":"AP8KCUA="}"# + "\n")
        let raw = try Varve.run(
            ["kv", "get", "--raw", "--key-format", "base64", "AP8="], environment: environment)
        #expect(raw.output.utf8.count >= 5 && raw.ending == .exited(0))
        _ = try kv("put", "@@at", "")
        #expect(try kv("get", "@@at") == "\n")
        let wrong = try refusal("put", "--key-format", "hex", "0g", "x", code: 2)
        #expect(wrong == #"key: expected pairs of hexadecimal digits, found "0g""#)
    }

    @Test func `a batch reads JSON lines and columns, and what scan prints`() throws {
        var text = "a\t1\n\n{\"key\":\"b\",\"value\":\"2\"}\r\n"
        text += #"{"keyBase64":"AP8=","valueBase64":"AQ=="}"# + "\n"
        text += (0..<500).map { "k\($0)\tvalue \($0)" }.joined(separator: "\n")
        let path = try file(Data(text.utf8))
        #expect(
            try kv("batch", "--batch-pairs", "100", path)
                == "503 pairs in 6 batches, sequence 6\n")
        let all = try kv("scan", "--json")
        let copy = try file(Data(all.utf8))
        #expect(try kv("batch", copy) == "503 pairs in 1 batch, sequence 7\n")
        #expect(try kv("scan", "--json") == all)
        #expect(
            try kv("batch", try file(Data("k0\tvalue 0\n".utf8)))
                == "1 pair in 1 batch, sequence 8\n")
        let wrong = try file(Data("x\ty\n{\"key\":1}\n".utf8))
        #expect(
            try refusal("batch", wrong, code: 1).hasSuffix(
                ":2: expected a JSON object with key and value"))
    }

    @Test func `rows are columns that reductions read`() throws {
        let rows = """
            {"key":"1","value":["books",1250,1.5]}
            {"key":"2","value":["music",300,null]}
            {"key":"3","value":["books",50,{"float64":2}]}
            """
        _ = try kv("batch", "--value-format", "row", try file(Data(rows.utf8)))
        #expect(
            try kv("scan", "--value-format", "row", "3")
                == #"3\#t["books",50,{"float64":2}]"# + "\n")
        #expect(
            try kv(
                "reduce", "--sum", "value.1:int64", "--max", "value.2:float64?", "--group-by",
                "value.0:utf8", "--json")
                == #"{"groups":[{"key":["books"],"values":[1300,2]},"#
                + #"{"key":["music"],"values":[300,null]}],"sequence":1}"# + "\n")
        #expect(
            try kv(
                "reduce", "--count", "--where", "value.1:int64>=50", "--where",
                "value.2:float64? is not null") == "2\n")
        #expect(
            try kv(
                "reduce", "--count", "--where", "value.1:int64 <  1000", "--where",
                "value.0:utf8 = books") == "1\n")
        let json = #"{"params":{"reducers":[{"op":"RANGE_REDUCE_OP_COUNT_ALL"}]}}"#
        #expect(try kv("reduce", "--request", json) == "3\n")
        #expect(
            try refusal("reduce", "--sum", "value", code: 2)
                .hasPrefix("--sum: expected a field such as value.0:int64"))
    }
}
