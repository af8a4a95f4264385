import VarveLog

/// What is said about a backup.
enum BackupText {
    /// One line about a whole backup.
    static func line(
        files: UInt64, bytes: UInt64, streams: UInt64, lastLSN: UInt64, damages: UInt64
    ) -> String {
        "\(files) files, \(ByteCount.text(bytes)), \(streams) streams, through LSN \(lastLSN): "
            + (damages == 0 ? "verified" : "\(damages) damaged places, as in the log itself")
    }

    /// Prints what a backup consists of.
    static func show(_ manifest: BackupManifest, isJSON: Bool) throws(CommandFailure) {
        if isJSON { return try Output.line(manifest.summary) }
        try Output.line(
            line(
                files: UInt64(manifest.entries.count), bytes: manifest.bytes,
                streams: manifest.streamCount, lastLSN: manifest.lastLSN,
                damages: manifest.damageCount))
    }

    /// How far a copy has come.
    static func progress(_ done: UInt64, of total: UInt64) -> String {
        "\(ByteCount.text(done)) of \(ByteCount.text(total))"
    }
}
