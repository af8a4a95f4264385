// What clients see when the disk fails, is full, or is slow.

import Glibc
import ServerProcess
import Testing
import VarveConformance
import VarveServer
import VarveSimulation
import VarveStorage

/// A server on a volume that fails as it is told.
@Suite("Failures")
struct FailureTests {
    @Test("a failed sync is 503 outcome-unknown, then writes are refused and reads go on")
    func failedSync() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan))
        let s = Session(server: server)
        try s.put("a", body: "kept")
        plan.fail(.sync, count: .max, with: .inputOutput)
        let lost = try s.post("a", body: "lost")
        #expect(lost.status == 503)
        #expect(lost.problemCode == "outcome-unknown")
        let refused = try s.post("a", body: "refused")
        #expect(refused.status == 503)
        #expect(refused.problemCode == "outcome-unknown")
        #expect(try s.put("b").status == 503)
        #expect(try s.delete("a").status == 503)
        let read = try s.get("a")
        #expect(read.status == 200)
        #expect(read.text == "kept")
        #expect(try s.request("GET", "/health").status == 200)
        #expect(try s.request("GET", "/ready").status == 503)
        #expect(try server.metric("varve_log_failed") == 1)
        try server.stop()
    }

    @Test("a full disk is 507, nothing is lost, and appends go on when there is space again")
    func outOfSpace() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan))
        let s = Session(server: server)
        try s.put("a")
        plan.fail(.create, count: .max, with: .outOfSpace, namesContaining: "preparing")
        let piece = String(repeating: "x", count: 100_000)
        var taken = 0
        var refusal: Reply?
        while refusal == nil && taken < 200 {
            let reply = try s.post("a", body: piece)
            if reply.status == 204 { taken += 1 } else { refusal = reply }
        }
        #expect(refusal?.status == 507)
        #expect(refusal?.problemCode == "out-of-space")
        #expect(try s.head("a").nextOffset?.hasPrefix(hexadecimal(taken)) == true)
        #expect(try s.request("GET", "/ready").status == 200)
        plan.clear()
        #expect(try Deadline(seconds: 300).wait { try s.post("a", body: piece).status == 204 })
        try server.stop()
    }

    @Test("an overloaded log refuses with 503 and when to try again, and loses nothing")
    func overloadRefuses() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan)) {
            $0.overloadWaitMilliseconds = 50
        }
        let s = Session(server: server)
        try s.put("a")
        plan.fail(.create, count: .max, with: .tooManyFiles, namesContaining: "preparing")
        var taken = 0
        var refusal: Reply?
        while refusal == nil && taken < 200 {
            let reply = try s.post("a", body: piece(taken))
            if reply.status == 204 { taken += 1 } else { refusal = reply }
        }
        #expect(refusal?.status == 503)
        #expect(refusal?.problemCode == "overloaded")
        #expect(refusal?["retry-after"] == "1")
        #expect(refusal?.count(of: "connection") == 0)
        #expect(try s.request("GET", "/ready").status == 200)
        plan.clear()
        #expect(
            try Deadline(seconds: 300).wait { try s.post("a", body: piece(taken)).status == 204 })
        #expect(try isWhole("a", 0...taken, s))
        try server.stop()
    }

    @Test("appends that wait for an overloaded log are taken when it goes on, in their order")
    func overloadParks() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan))
        let s = Session(server: server)
        try s.put("a")
        plan.fail(.create, count: .max, with: .tooManyFiles, namesContaining: "preparing")
        // More than the files that are ready hold, on one connection: the rest must wait.
        let connection = try s.connect()
        let count = 36
        let requests = (0..<count).flatMap {
            s.bytes("POST", s.path("a"), [("Content-Type", "text/plain")], Array(piece($0).utf8))
        }
        let failed = plan.count(of: .create)
        connection.sendTolerantly(requests)
        while plan.count(of: .create) < failed + 20 { sched_yield() }
        #expect(try s.head("a").status == 200)
        #expect(try isWhole("a", 0...count - 1, s) == false)
        plan.clear()
        for _ in 0..<count { #expect(try connection.readReply().status == 204) }
        #expect(try isWhole("a", 0...count - 1, s))
        try server.stop()
    }

    /// A body that fills journal files soon and differs from number to number.
    private func piece(_ number: Int) -> String {
        "\(number):" + String(repeating: "x", count: 100_000) + ";"
    }

    /// Whether the stream is exactly the pieces of these numbers.
    private func isWhole(_ name: String, _ numbers: ClosedRange<Int>, _ s: Session) throws -> Bool {
        var text = ""
        var offset = "-1"
        while true {
            let page = try s.get(name, "offset=\(offset)")
            guard page.status == 200, let next = page.nextOffset else { return false }
            text += page.text
            if page.upToDate == "true" { break }
            offset = next
        }
        return text == numbers.map { piece($0) }.joined()
    }

    @Test("what is on disk only is read by the pool, in every mode")
    func coldReads() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan)) {
            $0.memoryWindowBytes = 1 << 20
            $0.pageBytes = 200_000
        }
        let s = Session(server: server)
        try s.put("a", type: "application/json")
        let messages = (0..<100).map { index in
            "{\"n\":\(index),\"pad\":\"\(String(repeating: "x", count: 30_000))\"}"
        }
        for message in messages {
            #expect(try s.post("a", type: "application/json", body: message).status == 204)
        }
        plan.refuseImmediateReads(true)
        let first = try s.get("a")
        #expect(first.text == "[" + messages[..<6].joined(separator: ",") + "]")
        #expect(first.upToDate == nil)
        #expect(try s.get("a", "", [("If-None-Match", first["etag"] ?? "")]).status == 304)
        let polled = try s.get("a", "offset=-1&live=long-poll")
        #expect(polled.text == first.text)
        #expect(polled["stream-cursor"] != nil)
        let stream = try s.subscribe("a", "offset=-1")
        try stream.read(bytes: 100 * 30_000)
        try stream.read { $0.last?.type == "control" && $0.last?.isTrue("upToDate") == true }
        let all = stream.data.map { $0.dropFirst().dropLast() }.joined(separator: ",")
        #expect(all == messages.joined(separator: ","))
        #expect(try s.get("a", "offset=0000000000000001_0000000000000001").status == 400)
        #expect(try server.metric("varve_cold_reads_total") > 3)
        try server.stop()
    }

    @Test("what has left memory before its live readers are woken is read by the pool, once")
    func coldWakeUps() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan)) {
            Setting.largeBodies.apply(to: &$0)
            $0.loops = 1
            $0.memoryWindowBytes = 1 << 20
        }
        let s = Session(server: server)
        try s.put("a")
        plan.refuseImmediateReads(true)
        // Few: the last of them must be read before the server takes it for a client that is gone.
        let polls = try (0..<3).map { _ in try s.park("a", "offset=now") }
        let streams = try (0..<3).map { _ in try s.subscribe("a", "offset=now") }
        for stream in streams { try stream.read(controls: 1) }
        let record = String(repeating: "x", count: 4 << 20)
        let tail = try s.post("a", body: record).nextOffset
        for poll in polls {
            let reply = try poll.readReply()
            #expect(reply.status == 200)
            #expect(reply.nextOffset == tail)
            let isWhole = reply.body.elementsEqual(record.utf8)
            #expect(isWhole)
        }
        for stream in streams {
            try stream.read(bytes: record.utf8.count)
            let isWhole = stream.data == [record]
            #expect(isWhole)
        }
        #expect(try server.metric("varve_cold_reads_total") == 2)
        #expect(try server.metric("varve_waiters") == 0)
        try server.stop()
    }

    @Test("a long-poll whose client leaves during its read from disk is forgotten")
    func coldWakeUpOfNobody() throws {
        let plan = FaultPlan()
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan)) {
            Setting.largeBodies.apply(to: &$0)
            $0.memoryWindowBytes = 1 << 20
        }
        let s = Session(server: server)
        try s.put("a")
        plan.refuseImmediateReads(true)
        let poll = try s.park("a", "offset=now")
        let append = try s.begin(
            "POST", s.path("a"), [("Content-Type", "text/plain")],
            body: Array(repeating: 120, count: 4 << 20))
        poll.reset()
        #expect(try append.readReply().status == 204)
        try server.wait(for: "varve_waiters", toBe: 0)
        try server.stop()
    }

    /// A record number as an offset begins with it.
    private func hexadecimal(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits + "_"
    }
}
