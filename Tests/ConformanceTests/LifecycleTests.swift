// A server's beginning and end: what a restart finds, what draining does, what a failed log says.

import ServerProcess
import Testing
import VarveConformance
import VarvePlatform
import VarveServer

/// Starting, stopping and failing.
@Suite("Lifecycle")
struct LifecycleTests {
    @Test("a restart finds everything that was acknowledged")
    func restart() throws {
        let directory = try TemporaryDirectory()
        let tail: String?
        do {
            let server = try ServerUnderTest(.files, directory: directory)
            let s = Session(server: server)
            try s.put("a", type: "application/json", body: "[1,2]")
            try s.post("a", type: "application/json", s.producer("p", 3, 0), body: "3")
            tail = try s.post("a", type: "application/json", [("Stream-Seq", "s5")], body: "4")
                .nextOffset
            try s.put("closed", body: "all")
            try s.close("closed")
            try s.put("gone", body: "x")
            try s.delete("gone")
            try s.put("ttl", [("Stream-TTL", "3600")])
            try server.stop()
        }
        let server = try ServerUnderTest(.files, directory: directory)
        let s = Session(server: server)
        #expect(try s.get("a").text == "[1,2,3,4]")
        #expect(try s.get("a").nextOffset == tail)
        let json = "application/json"
        #expect(try s.post("a", type: json, s.producer("p", 3, 0), body: "3").status == 204)
        #expect(try s.post("a", type: json, s.producer("p", 3, 2), body: "3").status == 409)
        #expect(try s.post("a", type: json, [("Stream-Seq", "s5")], body: "5").status == 409)
        #expect(try s.head("closed").closed == "true")
        #expect(try s.post("closed", body: "x").status == 409)
        #expect(try s.head("gone").status == 404)
        #expect(try s.head("ttl")["stream-ttl"] == "3600")
        try server.stop()
    }

    @Test("an entity tag outlives a restart")
    func entityTag() throws {
        let directory = try TemporaryDirectory()
        let first = try ServerUnderTest(.files, directory: directory)
        try Session(server: first).put("a", body: "x")
        let tag = try Session(server: first).get("a")["etag"] ?? ""
        try first.stop()
        let second = try ServerUnderTest(.files, directory: directory)
        let reply = try Session(server: second).get("a", "", [("If-None-Match", tag)])
        #expect(reply.status == 304)
        try second.stop()
    }

    @Test("a second server on a directory is refused and changes nothing")
    func secondServer() throws {
        let directory = try TemporaryDirectory()
        let first = try ServerUnderTest(.files, directory: directory)
        #expect(throws: (any Error).self) {
            try ServerUnderTest(.files, directory: directory)
        }
        #expect(try Session(server: first).put("a").status == 201)
        try first.stop()
    }

    @Test("a second server on a port is refused")
    func secondPort() throws {
        let first = try ServerUnderTest(.memory)
        #expect(throws: (any Error).self) {
            try ServerUnderTest(.memory) { $0.listenPort = first.port }
        }
        try first.stop()
    }

    @Test("draining answers waiting polls with 204, ends event streams, and takes no connections")
    func drain() throws {
        // A port that nobody gets when the server has left it.
        let server = try ServerUnderTest(.memory) { $0.listenPort = Loopback.freePort() }
        let s = Session(server: server)
        let tail = try s.put("a", body: "x").nextOffset
        let poll = try s.park("a", "offset=now")
        let stream = try s.subscribe("a", "offset=now")
        try stream.read(controls: 1)
        try server.stop()
        let reply = try poll.readReply()
        #expect(reply.status == 204)
        #expect(reply.nextOffset == tail)
        try stream.readToEnd()
        #expect(stream.hasEnded)
        #expect(throws: (any Error).self) { try s.connect() }
    }

    @Test("draining answers appends that are under way")
    func drainAppends() throws {
        let server = try ServerUnderTest(.files)
        let s = Session(server: server)
        try s.put("a")
        let connection = try s.connect()
        var bytes: [UInt8] = []
        for index in 0..<50 {
            bytes += s.bytes(
                "POST", s.path("a"), [("Content-Type", "text/plain")], Array("\(index);".utf8))
        }
        try connection.send(bytes)
        let first = try connection.readReply()
        #expect(first.status == 204)
        try server.stop()
        var answered = 1
        while let reply = try? connection.readReply() {
            #expect(reply.status == 204)
            answered += 1
        }
        #expect(answered >= 1)
    }
}
