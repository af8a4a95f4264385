/// The header Connect-Timeout-Ms: how long the client waits.
package enum ConnectTimeout {
    private static let digitsMax = 10

    /// The milliseconds that a header's value says: one to ten digits; nil for anything else.
    package static func milliseconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
        guard (1...digitsMax).contains(value.count),
            value.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return value.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }
}
