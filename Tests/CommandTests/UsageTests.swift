import ServerProcess
import Foundation
import Testing

/// What the command line refuses, and in which words.
@Suite(.blocking) struct UsageTests {
    @Test(arguments: [
        (
            ["raed"],
            "unknown command \"raed\" (did you mean read?): `varve help` lists the commands"
        ),
        (["read", "--ofset", "3", "x"], "read: unknown option --ofset (did you mean --offset?)"),
        (["read", "-z", "x"], "read: unknown option -z"),
        (["read"], "read: missing STREAM: expected `varve read STREAM [OPTIONS]`"),
        (["read", "a", "b"], "read: unexpected argument \"b\""),
        (
            ["read", "a", "--offset"],
            "--offset: expected OFFSET behind it, found the end of the line"
        ),
        (["read", "--page", "--page", "a"], "--page: given twice"),
        (["read", "--page=yes", "a"], "--page: takes no value, found \"yes\""),
        (
            ["append", "--batch-bytes", "many", "a"],
            "--batch-bytes: expected a number of bytes such as 65536 or 16MiB, found \"many\""
        ),
        (
            ["tail", "--live", "carrier-pigeon", "a"],
            "--live: expected one of automatic, sse, long-poll, found \"carrier-pigeon\""
        ),
        (
            ["list", "--limit", "0"],
            "--limit: expected a whole number from 1, found \"0\""
        ),
        (
            ["create", "a", "--ttl", "1", "--expires-at", "2030-01-01T00:00:00Z"],
            "--ttl and --expires-at exclude each other"
        ),
        (
            ["head", "a", "--url", "ftp://x"],
            "--url: expected an address such as http://127.0.0.1:4437/v1/stream, found \"ftp://x\""
        ),
        (
            ["delete", "a/../b"],
            "stream \"a/../b\": a stream name has no empty, \".\" or \"..\" segment"
        ),
    ])
    func `a wrong command line is one line that names the thing, and exit code 2`(
        arguments: [String], line: String
    ) throws {
        #expect(try Varve.refusal(arguments, code: 2) == line)
    }

    @Test func `a wrong environment variable is named`() throws {
        let line = try Varve.refusal(
            ["head", "a"], code: 2, environment: ["VARVE_URL": "nonsense"])
        #expect(line.hasPrefix("environment variable VARVE_URL: expected an address"))
    }

    @Test func `a server that is away is a failure, not wrong usage`() throws {
        let line = try Varve.refusal(["head", "a", "--url", "http://127.0.0.1:1/s"], code: 1)
        #expect(line == "HEAD http://127.0.0.1:1/s/a: no server answers there")
    }
}
