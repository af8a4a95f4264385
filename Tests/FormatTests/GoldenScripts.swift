import Foundation
import ServerProcess

/// How each golden directory was made: by requests to a server, and a backup of it.
enum GoldenScripts {
    /// One golden directory.
    struct Script: Sendable {
        /// Its name.
        let name: String
        /// The streams that are asked for when it is read again.
        let streams: [String]
        /// The keys of the store that are asked for.
        var keys: [String] = []
        /// Whether the catalog is kept, or left to be made from the segments.
        var keepsCatalog = false
        /// The requests.
        let run: @Sendable (Requests) throws -> Void
    }

    static let all: [Script] = [
        Script(
            name: "journal", streams: ["text", "json", "bytes", "closed", "deleted", "sliding"],
            run: basics),
        Script(
            name: "segments",
            streams: ["text", "json", "bytes", "closed", "deleted", "sliding", "short", "late"],
            run: segments),
        Script(
            name: "catalog",
            streams: ["text", "json", "bytes", "closed", "deleted", "sliding", "short", "late"],
            keepsCatalog: true, run: segments),
        Script(
            name: "forks", streams: ["source", "fork", "branch", "other"], run: forks),
        Script(
            name: "changes", streams: ["trimmed", "aging", "secret", "zstd", "lz4"], run: changes),
        Script(name: "store", streams: ["beside"], keys: ["a", "b", "c", "d"], run: store),
    ]

    /// Every kind of stream, append and end.
    private static func basics(_ requests: Requests) throws {
        try requests.put("text", "text/plain", "first")
        try requests.post("text", "text/plain", "second")
        try requests.put("json", "application/json", "[{\"a\":1},2,\"three\"]")
        try requests.post("json", "application/json", "{\"b\":[]}")
        try requests.put("bytes", "application/octet-stream", bytes: (0...255).map { $0 })
        for (sequence, body) in ["one", "two"].enumerated() {
            try requests.post(
                "bytes", "application/octet-stream", body,
                [
                    ("Producer-Id", "p"), ("Producer-Epoch", "3"), ("Producer-Seq", "\(sequence)"),
                    ("Stream-Seq", "s\(sequence)"),
                ])
        }
        try requests.put("closed", "text/plain", "all", [("Stream-Closed", "true")])
        try requests.put("deleted", "text/plain", "gone")
        try requests.delete("deleted")
        try requests.put("sliding", "text/plain", "x", [("Stream-TTL", "31536000000")])
    }

    /// The same in two segments, and more in the journal; one stream whose time is over.
    private static func segments(_ requests: Requests) throws {
        try basics(requests)
        try requests.put("short", "text/plain", "x", [("Stream-TTL", "1")])
        try requests.settle()
        try requests.restart()
        // More than one interval: a run with a table of checkpoints.
        let lines = (0..<1200).map { "\"line \($0)\"" }.joined(separator: ",")
        try requests.post("json", "application/json", "[\(lines)]")
        try requests.waitUntilGone("short")
        try requests.put("late", "text/plain", "late")
        try requests.settle()
        try requests.post("late", "text/plain", "later")
        try requests.post("text", "text/plain", "third", [("Stream-Closed", "true")])
    }

    /// Forks of settled and unsettled data; a source that is deleted and held by its forks.
    private static func forks(_ requests: Requests) throws {
        try requests.put("source", "text/plain", "one")
        let second = try requests.post("source", "text/plain", "two")
        try requests.post("source", "text/plain", "three")
        try requests.settle()
        let place = [("Stream-Forked-From", "/v1/stream/source"), ("Stream-Fork-Offset", second)]
        try requests.put("fork", "text/plain", "", place)
        try requests.post("fork", "text/plain", "own")
        try requests.put("branch", "text/plain", "", [("Stream-Forked-From", "/v1/stream/fork")])
        try requests.delete("source")
        try requests.settle()
        try requests.post("branch", "text/plain", "more")
        try requests.put("other", "text/plain", "", [("Stream-Forked-From", "/v1/stream/branch")])
    }

    /// What was trimmed, keeps a limited time, was redacted, is compressed, and was merged.
    private static func changes(_ requests: Requests) throws {
        try requests.put("trimmed", "text/plain", "one")
        let second = try requests.post("trimmed", "text/plain", "two")
        try requests.post("trimmed", "text/plain", "three")
        try requests.put(
            "aging", "text/plain", "old", [("Stream-Retain-Seconds", "31536000000")])
        try requests.put("secret", "application/json", "[{\"name\":\"somebody\"},2]")
        let text = String(repeating: "what comes again and again, ", count: 200)
        for encoding in ["zstd", "lz4"] {
            try requests.put(encoding, "text/plain", text, [("Stream-Compression", encoding)])
        }
        try requests.settle()
        try requests.operate("trim/trimmed?before=\(second)")
        try requests.operate(
            "redact/secret",
            "{\"offset\":\"0000000000000000_0000000000000000\",\"reason\":\"golden\"}")
        for encoding in ["zstd", "lz4"] { try requests.post(encoding, "text/plain", text) }
        try requests.settle()
        try requests.operate("compact")
        try requests.post("trimmed", "text/plain", "four")
        try requests.post("zstd", "text/plain", "end")
    }

    /// Batches of the store, some settled, some not, and some dropped.
    private static func store(_ requests: Requests) throws {
        try requests.put("beside", "text/plain", "x")
        // a = 1, b = 2
        let batch = """
            {"kvs":[{"key":"YQ==","value":"MQ=="},{"key":"Yg==","value":"Mg=="}]}
            """
        try requests.call("log.ingest.v1.Service/Put", batch)
        try requests.settle()
        // c = 3; a = nothing
        for batch in ["{\"key\":\"Yw==\",\"value\":\"Mw==\"}", "{\"key\":\"YQ==\"}"] {
            try requests.call("log.ingest.v1.Service/Put", "{\"kvs\":[\(batch)]}")
        }
        try requests.call(
            "log.retention.v1.Service/SetRetention",
            "{\"policy\":{\"keepLatest\":{\"count\":\"2\"}}}")
    }
}

/// Requests to a server that makes a golden directory.
final class Requests {
    private let directory: TemporaryDirectory
    private var server: ServerProcess
    private var connection: RawConnection

    private static let options = [
        "--journal-file", "1MiB", "--max-body", "512KiB", "--log-level", "error",
    ]

    /// What went wrong while one was made.
    struct Failure: Error {
        let request: String
        let status: Int
    }

    /// A server on a new directory.
    init(_ directory: TemporaryDirectory) throws {
        self.directory = directory
        server = try Self.start(directory)
        connection = try server.connect()
    }

    private static func start(_ directory: TemporaryDirectory) throws -> ServerProcess {
        try ServerProcess.ready(
            dataDirectory: directory.path("data"),
            options + ["--backup-dir", directory.path("backups")])
    }

    /// Starts a server as the tests that read golden directories do.
    static func reader(_ directory: String) throws -> ServerProcess {
        try ServerProcess.ready(dataDirectory: directory, options)
    }

    /// Ends the server in order, and starts it again.
    func restart() throws {
        _ = try server.stop()
        server = try Self.start(directory)
        connection = try server.connect()
    }

    /// Makes a backup, and ends the server.
    func backup() throws -> String {
        try send("POST", "__ds/backup", [], Array("{\"directory\":\"golden\"}".utf8))
        _ = try server.stop()
        return directory.path("backups/golden")
    }

    func settle() throws { try operate("settle") }

    /// Has the server do something to its log.
    func operate(_ path: String, _ body: String? = nil) throws {
        let type = body == nil ? [] : [("Content-Type", "application/json")]
        try send("POST", "__ds/\(path)", type, Array((body ?? "").utf8))
    }

    /// Calls a method of the store, in JSON.
    func call(_ path: String, _ message: String) throws {
        let answer = try connection.request(
            "POST", "/\(path)", headers: [("Content-Type", "application/json")],
            body: Array(message.utf8))
        guard answer.status == 200 else {
            throw Failure(request: "\(path): \(answer.text)", status: answer.status)
        }
    }

    func put(
        _ stream: String, _ type: String, _ body: String, _ headers: [(String, String)] = []
    ) throws {
        try put(stream, type, bytes: Array(body.utf8), headers)
    }

    func put(
        _ stream: String, _ type: String, bytes: [UInt8], _ headers: [(String, String)] = []
    ) throws {
        try send("PUT", stream, headers + [("Content-Type", type)], bytes)
    }

    /// Appends; the offset behind it.
    @discardableResult
    func post(
        _ stream: String, _ type: String, _ body: String, _ headers: [(String, String)] = []
    ) throws -> String {
        try send("POST", stream, headers + [("Content-Type", type)], Array(body.utf8))
            .headers["stream-next-offset"] ?? ""
    }

    func delete(_ stream: String) throws { try send("DELETE", stream, [], []) }

    /// Waits until a stream's time is over.
    func waitUntilGone(_ stream: String) throws {
        _ = try Deadline(seconds: 300).wait {
            try connection.request("HEAD", "/v1/stream/\(stream)").status == 404
        }
    }

    @discardableResult
    private func send(
        _ method: String, _ path: String, _ headers: [(String, String)], _ body: [UInt8]
    ) throws -> RawConnection.Response {
        let answer = try connection.request(
            method, "/v1/stream/\(path)", headers: headers, body: body)
        guard (200..<300).contains(answer.status) else {
            throw Failure(request: "\(method) \(path): \(answer.text)", status: answer.status)
        }
        return answer
    }
}
