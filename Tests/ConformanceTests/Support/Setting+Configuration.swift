import VarveConformance
import VarveServer

extension Setting {
    /// Makes the setting in the configuration of a server under test.
    func apply(to configuration: inout ServerConfiguration) {
        switch self {
        case .allowedOrigins(let origins): configuration.allowedOrigins = origins
        case .basePath(let path): configuration.basePath = path
        case .cachePolicy(let name):
            configuration.cachePolicy = CachePolicy(rawValue: name) ?? configuration.cachePolicy
        case .connectionOutputBytesMax(let count): configuration.connectionOutputBytesMax = count
        case .connectionsMax(let count):
            configuration.connectionsMax = count
            configuration.loops = 1
        case .largeBodies:
            configuration.journalFileBytes = 16 << 20
            configuration.maxBodyBytes = 8 << 20
            configuration.memoryWindowBytes = 32 << 20
        case .maxBodyBytes(let count): configuration.maxBodyBytes = count
        case .maxStreamBytes(let count): configuration.maxStreamBytes = count
        case .maxTotalBytes(let count): configuration.maxTotalBytes = count
        case .ownServer: break
        case .pageBytes(let count): configuration.pageBytes = count
        case .subscribersMax(let count): configuration.subscribersMax = count
        case .waitersMax(let count): configuration.waitersMax = count
        case .bodyTimeoutMilliseconds(let time): configuration.bodyTimeoutMilliseconds = time
        case .eventStreamKeepAliveMilliseconds(let time):
            configuration.eventStreamKeepAliveMilliseconds = time
        case .eventStreamMaxAgeMilliseconds(let time):
            configuration.eventStreamMaxAgeMilliseconds = time
        case .headTimeoutMilliseconds(let time): configuration.headTimeoutMilliseconds = time
        case .idleTimeoutMilliseconds(let time): configuration.idleTimeoutMilliseconds = time
        case .longPollTimeoutMilliseconds(let time):
            configuration.longPollTimeoutMilliseconds = time
        }
    }
}
