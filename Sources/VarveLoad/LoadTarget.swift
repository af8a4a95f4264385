/// The server that a load run speaks to, over plain HTTP.
package struct LoadTarget: Sendable, Equatable {
    /// Name or address, IPv6 without brackets.
    package let host: String
    /// The port.
    package let port: UInt16
    /// The path under which streams live, without a final slash.
    package let basePath: String

    /// A server.
    package init(host: String, port: UInt16, basePath: String) {
        self.host = host
        self.port = port
        self.basePath = basePath
    }

    /// The value of `Host`.
    var authority: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
