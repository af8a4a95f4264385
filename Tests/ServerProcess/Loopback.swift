import Glibc
import Synchronization

/// Ports of this machine's loopback address.
package enum Loopback {
    /// The socket address of `port` on 127.0.0.1.
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// A port that nothing listens on and that nothing will take by chance.
    ///
    /// Each call tries the next port below the range that the system gives to outgoing connections,
    /// of which the tests make thousands: one of those could take the port between this call and
    /// the server's.
    package static func freePort() -> UInt16 {
        while true {
            let turn = turns.add(1, ordering: .relaxed).oldValue
            let port = ports.lowerBound + UInt16(turn % UInt64(ports.count))
            if isFree(port) { return port }
        }
    }

    /// Below 32768, where Linux begins to number outgoing connections (ip(7),
    /// `ip_local_port_range`).
    private static let ports: Range<UInt16> = 15_000..<32_000
    /// Processes of tests that run beside each other begin at different ports.
    private static let turns = Atomic<UInt64>(UInt64(getpid()) &* 611)

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
