import VarveLog

/// Streams for a benchmark.
enum Streams {
    /// Makes `count` streams; all durable when it returns.
    static func make(_ count: Int, in log: EventLog) throws -> [LogStream] {
        var streams: [LogStream] = []
        var last = LSN.none
        for index in 0..<count {
            let name = Array("bench/stream/\(index)".utf8)
            let created = try name.withUnsafeBytes { name in
                while true {
                    do throws(LogError) {
                        return try log.withNamespace { (space) throws(LogError) in
                            try space.create(name, Mutation(wallMilliseconds: 1))
                        }
                    } catch {
                        guard case .overloaded = error else { throw error }
                        log.requestCommit()
                        Pause.milliseconds(1)
                    }
                }
            }
            streams.append(created.stream)
            last = created.lsn
        }
        try log.waitUntilDurable(last)
        return streams
    }
}
