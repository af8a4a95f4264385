import CVarve
import Glibc

/// Facts about the machine and about this process on it.
package enum Machine {
    /// How many processors this process may run on; at least 1.
    package static var processorCount: Int {
        max(1, Int(varve_processor_count()))
    }

    /// The memory this process holds in RAM, in bytes; 0 when the system does not say.
    package static var residentBytes: UInt64 {
        let pages = text("/proc/self/statm").split(separator: " ").dropFirst().first
        return pages.flatMap { UInt64($0) }.map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) } ?? 0
    }

    /// Processor model, number of processors and kernel in one line, to go beside measurements.
    package static var description: String {
        let model =
            text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last?.drop { $0 == " " }
        let kernel = text("/proc/sys/kernel/osrelease").prefix { $0 != "\n" }
        return "\(model ?? "unknown processor"), \(processorCount) usable, Linux \(kernel)"
    }

    /// Raises the number of descriptors this process may open as far as the system allows, and
    /// returns it.
    package static func raiseDescriptorLimit() throws(SystemError) -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw .last("getrlimit")
        }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw .last("setrlimit")
        }
        return UInt64(limit.rlim_cur)
    }

    /// Confines the calling thread to one processor; false when that is not possible.
    package static func pinThread(toProcessor processor: Int) -> Bool {
        varve_pin_to_processor(Int32(processor)) == 0
    }

    /// This process's number.
    package static var processIdentifier: Int32 { getpid() }

    /// A file of /proc, whose size is not known before it is read; empty when it cannot be.
    private static func text(_ path: String) -> String {
        guard let file = try? File.open(path) else { return "" }
        return String(unsafeUninitializedCapacity: 16 << 10) { buffer in
            (try? File.read(file.raw, at: 0, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
    }
}
