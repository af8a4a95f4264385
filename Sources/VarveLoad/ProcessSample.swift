import VarvePlatform

/// What a process has used up to a moment, as the kernel counts it.
struct ProcessSample {
    /// Seconds of processor time in the program.
    let userSeconds: Double
    /// Seconds of processor time in the kernel.
    let systemSeconds: Double
    /// Bytes of memory in RAM.
    let residentBytes: UInt64

    /// The kernel counts processor time in /proc in 1/100 s on every architecture (USER_HZ).
    private static let ticksPerSecond = 100.0

    /// The process with this number, nil when there is none.
    init?(_ process: Int32) {
        guard let stat = Self.text("/proc/\(process)/stat"),
            let status = Self.text("/proc/\(process)/status"),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        // The name may hold spaces; fields are counted behind it. utime and stime are 14 and 15.
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return nil }
        userSeconds = user / Self.ticksPerSecond
        systemSeconds = system / Self.ticksPerSecond
        residentBytes = Self.kibibytes("VmRSS:", in: status) << 10
    }

    /// The memory of a process in RAM, in bytes; 0 when there is no such process.
    static func residentBytes(_ process: Int32) -> UInt64 {
        text("/proc/\(process)/status").map { kibibytes("VmRSS:", in: $0) << 10 } ?? 0
    }

    /// The number behind a key of a status file.
    private static func kibibytes(_ key: String, in status: String) -> UInt64 {
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
            .flatMap { UInt64($0) } ?? 0
    }

    private static func text(_ path: String) -> String? {
        guard let file = try? File.open(path) else { return nil }
        return String(unsafeUninitializedCapacity: 8 << 10) { buffer in
            (try? File.read(file.raw, at: 0, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
    }
}
