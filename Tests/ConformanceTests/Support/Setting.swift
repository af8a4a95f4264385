import VarveServer

/// What a case needs of its server's configuration: small limits, mostly.
struct Setting: Sendable {
    /// Changes the configuration of the tests.
    let apply: @Sendable (inout ServerConfiguration) -> Void

    /// A setting that makes these changes.
    init(_ apply: @escaping @Sendable (inout ServerConfiguration) -> Void) {
        self.apply = apply
    }

    /// The configuration of the tests as it is.
    static let usual = Setting { _ in }

    /// A server that takes bodies of some megabytes.
    static let largeBodies = Setting { configuration in
        configuration.journalFileBytes = 16 << 20
        configuration.maxBodyBytes = 8 << 20
        configuration.memoryWindowBytes = 32 << 20
    }
}
