import ServerProcess
import Testing
import VarvePlatform

/// What `varve serve` refuses before it touches anything, and where its options may come from.
@Suite(.blocking) struct ServeUsageTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Writes a configuration file and returns its path.
    private func file(_ name: String, _ text: String) throws -> String {
        let path = directory.path(name)
        let file = try File.open(path, access: .readWrite, create: .exclusive)
        var text = text
        try text.withUTF8 { try File.write(file.raw, UnsafeRawBufferPointer($0), at: 0) }
        return path
    }

    @Test(arguments: [
        ([], "serve: expected --data-dir DIR, or --memory for streams that end with the process"),
        (["--memory", "--data-dir", "x"], "--memory and --data-dir exclude each other"),
        (["--memory", "--loops", "0"], "--loops: expected a whole number from 1, found \"0\""),
        (["--memory", "--max-head", "1"], "--max-head: must be 512 to 65535"),
        (["--memory", "--base-path", "x/"], "--base-path: must begin with / and not end with it"),
        (
            ["--memory", "--durability", "interval:0"],
            "--durability: expected sync, interval:MS or os, found \"interval:0\""
        ),
        (
            ["--memory", "--listen", "::1:80"],
            "--listen: expected an IPv6 address in brackets such as [::1]:4437, found \"::1:80\""
        ),
        (
            ["--memory", "--listen", "localhost"],
            "--listen: expected HOST:PORT such as 127.0.0.1:4437 or [::1]:4437, found \"localhost\""
        ),
        (
            ["--memory", "--max-bdy", "1"],
            "serve: unknown option --max-bdy (did you mean --max-body?)"
        ),
    ])
    func `a wrong option is named with what was expected`(arguments: [String], line: String) throws
    {
        #expect(try Varve.refusal(["serve"] + arguments, code: 2) == line)
    }

    @Test(arguments: [
        (
            "a.toml", "memory = true\nlisten = \"x\" # why\nmemroy = 1\n", 3,
            "unknown key \"memroy\" (did you mean memory?)"
        ),
        ("b.toml", "loops = \"two\"\n", 1, "loops: expected a whole number from 1, found \"two\""),
        ("c.toml", "\n\nloops 2\n", 3, "expected = behind the key \"loops\", found \"2\""),
        ("d.toml", "[server]\nloops = 2\n", 1, "expected a key such as data-dir, found \"[\""),
        ("e.toml", "loops = 2\nloops = 3\n", 2, "key \"loops\" is given twice"),
        (
            "f.toml", "listen = \"open\n", 1,
            "expected the string's closing quote, found the end of the line"
        ),
        ("g.toml", "loops = 2 3\n", 1, "expected the end of the line, found \"3\""),
        ("h.toml", "loops = [1, 2]\n", 1, "loops: expected one value, found an array"),
        (
            "a.json", "{\n\"memory\": true,\n\"lops\": 1}", 3,
            "unknown key \"lops\" (did you mean loops?)"
        ),
        (
            "b.json", "{\"loops\": {}}", 1,
            "expected a string in quotes, a whole number, true, false or an array of strings, "
                + "found \"{\""
        ),
        ("c.json", "{\"loops\": 1} x", 1, "expected nothing behind the object, found \"x\""),
    ])
    func `an error in a configuration file names file, line and what was expected`(
        name: String, text: String, line: Int, message: String
    ) throws {
        let path = try file(name, text)
        let refusal = try Varve.refusal(["serve", "--config", path], code: 2)
        #expect(
            refusal == "\(path):\(line): \(message)")
    }

    @Test func `a configuration file that is not there is named`() throws {
        let path = directory.path("nothing.toml")
        let line = try Varve.refusal(["serve", "--config", path], code: 2)
        #expect(line == "\(path): the configuration file cannot be read: there is no such file")
    }

    /// The last of these wins: file, environment, flag. Each is wrong in its own way, so that the
    /// message tells which one was read.
    @Test func `a flag wins over the environment, and the environment over the file`() throws {
        let path = try file("order.toml", "memory = true\nlisten = 'file'\n")
        let fromFile = try Varve.refusal(["serve", "--config", path], code: 2)
        #expect(fromFile.hasPrefix("\(path):2: listen: ") && fromFile.hasSuffix("\"file\""))
        let environment = ["VARVE_CONFIG": path, "VARVE_LISTEN": "environment"]
        let fromEnvironment = try Varve.refusal(["serve"], code: 2, environment: environment)
        #expect(fromEnvironment.hasPrefix("environment variable VARVE_LISTEN: "))
        let fromFlag = try Varve.refusal(
            ["serve", "--listen", "flag"], code: 2, environment: environment)
        #expect(fromFlag.hasPrefix("--listen: "))
    }

    @Test func `memory on the command line wins over a directory in the environment`() throws {
        let unused = directory.path("unused")
        let server = try ServerProcess(["--memory"], environment: ["VARVE_DATA_DIR": unused])
        try server.waitUntilReady()
        #expect(try server.stop() == .exited(0))
        #expect(!File.exists(unused))
    }

    @Test func `every option of a file is taken, in either form`() throws {
        let toml = try file(
            "all.toml",
            """
            # A server for a test.
            memory = true
            "log-level" = 'error'
            max-body = 1_000_000
            long-poll-timeout = "500ms"
            allowed-origin = [
                "https://a.example", # the first
                "https://b.example",
            ]
            """)
        let json = try file(
            "all.json", #"{"memory": true, "loops": 1, "allowed-origin": ["https:\/\/a.example"]}"#)
        for path in [toml, json] {
            let server = try ServerProcess(["--config", path])
            try server.waitUntilReady()
            #expect(try server.stop() == .exited(0))
        }
    }

    @Test func `a directory that another server has is refused by its process, and stays as it is`()
        throws
    {
        let data = directory.path("data")
        let server = try ServerProcess.ready(dataDirectory: data)
        let line = try Varve.refusal(
            ["serve", "--data-dir", data, "--listen", "127.0.0.1:\(Loopback.freePort())"], code: 1)
        #expect(line.contains(data))
        #expect(line.hasSuffix("is in use by process \(server.program.child.identifier)"))
        #expect(try server.connect().request("GET", "/ready").status == 200)
    }
}
