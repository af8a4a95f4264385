// Pages of what is in segments, over a socket: by sendfile where the page cache has them.

import ServerProcess
import Testing
import VarveConformance
import VarvePlatform
import VarveServer

/// Catch-up reads of settled data.
@Suite("Settled pages", .timeLimit(.minutes(30)))
struct SettledPageTests {
    @Test("a large page of settled data arrives byte for byte after a restart", arguments: Kind.all)
    func wholePage(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        for _ in 0..<3 {
            let reply = try store.session.get("a")
            #expect(reply.status == 200)
            #expect(reply.body == store.kind.page(store.records))
            #expect(reply.nextOffset == store.token(store.records.count))
            #expect(reply.upToDate == "true")
        }
        try store.server.stop()
    }

    @Test(
        "what was read once is in the page cache, and no thread waits for the disk",
        .enabled(
            if: PageCache.tells,
            "the file system of TMPDIR has no preadv2 with RWF_NOWAIT: each read may have to wait"),
        arguments: Kind.all)
    func warmPages(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        // On a machine with little memory the system may forget it in between: then once more.
        let isWarm = try (1...100).contains { _ in
            _ = try store.session.get("a")
            let cold = try store.server.metric("varve_cold_reads_total")
            for _ in 0..<3 { #expect(try store.session.get("a").status == 200) }
            return try store.server.metric("varve_cold_reads_total") == cold
        }
        #expect(isWarm)
        try store.server.stop()
    }

    @Test(
        "what the system has forgotten of a segment is read by the pool, never by a loop",
        .enabled(
            if: PageCache.tells,
            "the file system of TMPDIR has no preadv2 with RWF_NOWAIT: each read may have to wait"),
        arguments: Kind.all)
    func forgottenPages(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        for _ in 0..<3 {
            #expect(try store.session.get("a").body == kind.page(store.records))
            // A merge may put a segment that was just written in the place of a forgotten one: then
            // once more.
            let isRead = try (1...100).contains { _ in
                let cold = try store.server.metric("varve_cold_reads_total")
                let keptBytes = try store.forgetSegments()
                #expect(try store.session.get("a").body == kind.page(store.records))
                let isCounted = try store.server.metric("varve_cold_reads_total") > cold
                // The system may keep what it likes; then there is nothing to be shown.
                return isCounted || keptBytes > 0
            }
            #expect(isRead)
        }
        try store.server.stop()
    }

    @Test(
        "where the file system does not say what is in memory, reads of segments leave the loop",
        .disabled(if: PageCache.tells, "the file system of TMPDIR says it"), arguments: Kind.all)
    func untoldPages(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        for reads in 1...3 {
            #expect(try store.session.get("a").body == kind.page(store.records))
            #expect(try store.server.metric("varve_cold_reads_total") >= reads)
        }
        try store.server.stop()
    }

    @Test("pages of settled data hold whole records and keep to their limit", arguments: Kind.all)
    func pageLimit(_ kind: Kind) throws {
        let limit = 150_000
        let store = try SettledStore(kind) { $0.pageBytes = limit }
        try store.restart()
        var next = 0
        var pages = 0
        while next < store.records.count {
            let reply = try store.session.get("a", "offset=\(store.token(next))")
            let end = try #require(store.record(at: reply.nextOffset))
            #expect(end > next)
            #expect(reply.body == kind.page(Array(store.records[next..<end])))
            let bytes = store.bytes(next..<end)
            #expect(bytes <= limit || end == next + 1)
            // As much as fits.
            #expect(end == store.records.count || bytes + store.bytes(end..<end + 1) > limit)
            #expect((reply.upToDate == "true") == (end == store.records.count))
            next = end
            pages += 1
        }
        #expect(pages > 5)
        try store.server.stop()
    }

    @Test("a read may begin at any record of a block, and at no other byte", arguments: Kind.all)
    func insideBlocks(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        for first in stride(from: 1, to: store.records.count, by: 7) {
            let reply = try store.session.get("a", "offset=\(store.token(first))")
            #expect(reply.body == kind.page(Array(store.records[first...])), "from \(first)")
        }
        let inside = store.token(3, plus: 1)
        #expect(try store.session.get("a", "offset=\(inside)").status == 400)
        try store.server.stop()
    }

    @Test("a page may begin in a segment and end in the journal", arguments: Kind.all)
    func acrossTheBorder(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        try store.append(9)
        let settled = try store.server.metric("varve_settlings_total")
        for first in [0, 5, store.records.count - 10, store.records.count - 3] {
            let reply = try store.session.get("a", "offset=\(store.token(first))")
            #expect(reply.body == kind.page(Array(store.records[first...])), "from \(first)")
        }
        #expect(try store.server.metric("varve_settlings_total") == settled)
        try store.settle()
        try store.append(4)
        let reply = try store.session.get("a", "offset=\(store.token(2))")
        #expect(reply.body == kind.page(Array(store.records[2...])))
        try store.server.stop()
    }

    @Test(
        "a page of a fork has its source's records from a segment and its own", arguments: Kind.all)
    func forks(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        try store.restart()
        let cut = store.records.count - 20
        let fork = [
            ("Stream-Forked-From", store.session.path("a")),
            ("Stream-Fork-Offset", store.token(cut)),
        ]
        #expect(try store.session.put("b", type: kind.type, fork).status == 201)
        let own = (0..<5).map { kind.record(7000 + $0) }
        for record in own {
            let body = String(decoding: record, as: UTF8.self)
            #expect(try store.session.post("b", type: kind.type, body: body).status == 204)
        }
        let all = Array(store.records[..<cut]) + own
        for _ in 0..<3 {
            #expect(try store.session.get("b").body == kind.page(all))
            let late = try store.session.get("b", "offset=\(store.token(cut - 2))")
            #expect(late.body == kind.page(Array(all[(cut - 2)...])))
            try store.restart()
        }
        try store.server.stop()
    }

    @Test("who reads slowly gets what was asked for, whatever is settled and deleted meanwhile")
    func slowReaders() throws {
        let store = try SettledStore(.binary)
        try store.restart()
        _ = try store.session.get("a")
        let expected = Kind.binary.page(store.records)
        // None of them reads yet: sockets are full, the rest waits in the server.
        let readers = try (0..<6).map { _ in
            try store.session.begin("GET", store.session.path("a"))
        }
        let heads = try readers.map { try $0.readHead() }
        for round in 0..<4 {
            try store.append(20)
            try store.settle()
            if round == 1 { try store.session.delete("a") }
            if round == 1 { try store.recreate() }
        }
        for (reader, head) in zip(readers, heads) {
            #expect(try reader.readBody(of: head) == expected)
        }
        #expect(try store.session.get("a").body == Kind.binary.page(store.records))
        try store.server.stop()
    }

    @Test(
        "who has a settled page gets 304, and HEAD tells where the stream ends", arguments: Kind.all
    )
    func notModified(_ kind: Kind) throws {
        let store = try SettledStore(kind)
        let tag = try #require(try store.session.get("a")["etag"])
        try store.restart()
        for _ in 0..<2 {
            let reply = try store.session.get("a", "", [("If-None-Match", tag)])
            #expect(reply.status == 304)
            #expect(reply.body.isEmpty)
            #expect(reply.nextOffset == store.token(store.records.count))
            let head = try store.session.head("a")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.nextOffset == store.token(store.records.count))
            try store.settle()
        }
        try store.append(1)
        let reply = try store.session.get("a", "", [("If-None-Match", tag)])
        #expect(reply.status == 200)
        #expect(reply.body == kind.page(store.records))
        try store.server.stop()
    }
}

/// What the file system of the tests' directories says of its page cache.
private enum PageCache {
    /// Whether it says that what was just read is there: tmpfs, for one, does not.
    static let tells: Bool = {
        do {
            let directory = try TemporaryDirectory()
            let file = try File.open(
                directory.path("probe"), access: .readWrite, create: .ifMissing)
            var bytes = [UInt8](repeating: 1, count: 4096)
            try bytes.withUnsafeBytes { try File.write(file.raw, $0, at: 0) }
            return try bytes.withUnsafeMutableBytes { bytes in
                _ = try File.read(file.raw, at: 0, into: bytes)
                return try File.readNoWait(file.raw, at: 0, into: bytes) != nil
            }
        } catch {
            Issue.record(error)
            return false
        }
    }()
}

/// The two kinds of streams.
enum Kind: String, CustomTestStringConvertible {
    case json
    case binary

    static let all = [Kind.json, .binary]

    var testDescription: String { rawValue }

    var type: String { self == .json ? "application/json" : "application/octet-stream" }

    /// Record number `number` without its separator, of a size of its own.
    func record(_ number: Int) -> [UInt8] {
        let count = [3, 900, 20_000, 70_000, 1, 4000][number % 6] + number
        let text = "\(number):" + String(repeating: "abcdefghi"[number % 9], count: count)
        return Array((self == .json ? "\"\(text)\"" : text).utf8)
    }

    /// What a page with these records is.
    func page(_ records: [[UInt8]]) -> [UInt8] {
        guard self == .json else { return Array(records.joined()) }
        return Array("[".utf8) + Array(records.joined(separator: Array(",".utf8)))
            + Array("]".utf8)
    }

    /// The bytes that a record takes in its stream.
    func storedBytes(_ record: [UInt8]) -> Int { record.count + (self == .json ? 1 : 0) }
}

extension String {
    /// The character at a place.
    fileprivate subscript(place: Int) -> Character { self[index(startIndex, offsetBy: place)] }
}

/// A server on files with one stream that is larger than memory holds, and what must be in it.
private final class SettledStore {
    let kind: Kind
    private let directory: TemporaryDirectory
    private let configure: (inout ServerConfiguration) -> Void
    private(set) var server: ServerUnderTest
    private(set) var session: Session
    private(set) var records: [[UInt8]] = []

    init(
        _ kind: Kind, configure: @escaping (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        self.kind = kind
        self.configure = configure
        directory = try TemporaryDirectory()
        server = try ServerUnderTest(.files, directory: directory, configure: configure)
        session = Session(server: server)
        #expect(try session.put("a", type: kind.type).status == 201)
        try append(70)
    }

    /// Stops the server, which settles everything, and starts another.
    func restart() throws {
        try server.stop()
        server = try ServerUnderTest(.files, directory: directory, configure: configure)
        session = Session(server: server)
    }

    /// Appends the next records.
    func append(_ count: Int) throws {
        for _ in 0..<count {
            let record = kind.record(records.count)
            let body = String(decoding: record, as: UTF8.self)
            #expect(try session.post("a", type: kind.type, body: body).status == 204)
            records.append(record)
        }
    }

    /// Creates the stream anew.
    func recreate() throws {
        records = []
        #expect(try session.put("a", type: kind.type).status == 201)
        try append(3)
    }

    /// Moves everything into a segment.
    func settle() throws {
        let reply = try session.request("POST", "\(server.basePath)/__ds/settle")
        #expect(reply.status == 204)
    }

    /// Has the system forget what it keeps of segments; how many bytes it keeps all the same.
    func forgetSegments() throws -> UInt64 {
        var kept: UInt64 = 0
        for name in try File.list(directory.path("segments")) {
            // A merge may have removed it.
            guard let file = try? File.open(directory.path("segments/\(name)")) else { continue }
            try File.synchronize(file.raw)
            try FileCache.drop(file.raw)
            kept += try FileCache.cachedBytes(file.raw)
        }
        return kept
    }

    /// The bytes that records take in the stream.
    func bytes(_ range: Range<Int>) -> Int {
        records[range].reduce(0) { $0 + kind.storedBytes($1) }
    }

    /// The offset of record number `number`, or one so many bytes behind it.
    func token(_ number: Int, plus bytes: Int = 0) -> String {
        Self.hex(number) + "_" + Self.hex(self.bytes(0..<number) + bytes)
    }

    /// The number of the record at an offset; nil when none begins there.
    func record(at token: String?) -> Int? {
        (0...records.count).first { self.token($0) == token }
    }

    private static func hex(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
