// What clients see when the disk fails, is full, or is slow.

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
        let server = try ServerUnderTest(volume: FaultyVolume(MemoryVolume(), plan: plan)) {
            $0.overloadWaitMilliseconds = 100
        }
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
        var status = 0
        for _ in 0..<200 where status != 204 { status = try s.post("a", body: piece).status }
        #expect(status == 204)
        try server.stop()
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
        let polls = try (0..<10).map { _ in try s.park("a", "offset=now") }
        let streams = try (0..<10).map { _ in try s.subscribe("a", "offset=now") }
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
