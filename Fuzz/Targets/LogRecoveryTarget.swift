// Recovery: no journal file may trap the opening of a log, its verification or its inspection. What
// opens can be read, written, closed, and opened again, and is then the same.

import VarveBytes
import VarveLog
import VarvePlatform
import VarveStorage

extension FuzzTarget {
    /// The first byte says how much is made right before opening: 0 nothing behind the file's
    /// header, 1 the groups' and frames' checksums. The rest is what lies behind the header.
    static let logRecovery = FuzzTarget(name: "log-recovery") { data, size in
        var input = FuzzInput(data, size)
        let isRepaired = input.takeByte() & 1 == 1
        let volume = MemoryVolume()
        do {
            try FuzzedJournal(body: input.rest, isRepaired: isRepaired).write(to: volume)
        } catch {
            demand(false, "memory takes a file")
        }
        _ = try? LogVerifier.verify(volume: volume)
        try? LogInspector.inspect(volume: volume) { (_) throws(LogError) in }
        guard let log = try? open(volume, seed: 1) else { return 0 }
        let before = contents(log)
        for stream in (try? log.streams()) ?? [] { _ = try? log.append([[1, 2, 3]], to: stream) }
        _ = try? log.createStream("fuzz/new")
        let after = contents(log)
        demand(after.count >= before.count, "a stream does not vanish")
        log.close()
        do {
            let again = try open(volume, seed: 2)
            demand(contents(again) == after, "what was acknowledged is there again")
            again.close()
        } catch {
            demand(false, "what was closed opens again")
        }
        return 0
    }

    private static func open(_ volume: MemoryVolume, seed: UInt64) throws -> EventLog {
        var options = LogOptions()
        options.fileBytes = 64 << 10
        options.sparesMax = 1
        options.idleMarkMilliseconds = nil
        return try EventLog.open(
            volume: volume, options: options, clock: ManualClock(),
            random: SeededRandom(seed: seed), fold: nil)
    }

    private static func contents(_ log: EventLog) -> [String] {
        (try? log.streams(limit: 1000))?.map { stream in
            let (tail, head) = stream.withLock { ($0.tail, $0.head) }
            let page = try? log.read(stream, maxBytes: 1 << 20, check: .none)
            return "\(stream.name) \(tail) \(head) \(page?.records.count ?? -1)"
        } ?? []
    }
}

/// A first journal file with an arbitrary body.
private struct FuzzedJournal {
    private static let fileID: UInt64 = 7
    private var bytes: [UInt8]

    init(body: UnsafeRawBufferPointer, isRepaired: Bool) {
        bytes = [UInt8](repeating: 0, count: Format.alignment) + Array(body)
        let padding = (Format.alignment - bytes.count % Format.alignment) % Format.alignment
        bytes += [UInt8](repeating: 0, count: padding)
        bytes.withUnsafeMutableBytes { all in
            let header = UnsafeMutableRawBufferPointer(rebasing: all[..<Format.alignment])
            FileHeader(number: 1, id: Self.fileID, baseLSN: 1).encode(into: header)
            guard isRepaired, body.count >= 64, let base = all.baseAddress else { return }
            Self.repair(base, Format.alignment + body.count)
        }
    }

    func write(to volume: MemoryVolume) throws {
        try volume.makeDirectory("journal")
        let name = JournalFileName(number: 1, role: .journal).path
        let file = try volume.open(name, create: .exclusive)
        try bytes.withUnsafeBytes { _ = try file.append($0) }
    }

    /// Takes the body as frames one after the other, each with the length it claims, in one group.
    private static func repair(_ base: UnsafeMutableRawPointer, _ end: Int) {
        let first = Format.alignment + 64
        var position = first
        var lsn: UInt64 = 1
        while end - position >= 120 {
            let claimed = Int(base.loadLittleEndian(position, as: UInt16.self))
            let count = min(max(claimed, 116), end - position)
            base.storeLittleEndian(UInt32(count), at: position)
            base.storeLittleEndian(lsn, at: position + 8)
            FrameHeader.seal(base + position, frameBytes: count, fileID: fileID, lsn: lsn)
            position += count
            lsn += 1
        }
        GroupHeader(
            firstLSN: 1, syncedThrough: 0, byte: UInt64(Format.alignment),
            frameCount: UInt32(lsn - 1), frameBytes: UInt32(position - first)
        ).encode(to: base + Format.alignment, fileID: fileID)
    }
}
