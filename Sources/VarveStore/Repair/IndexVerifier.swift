package import VarveLog
package import VarveStorage

/// Looks at the index of a store beside a verification of its log, also while a server runs.
///
/// The files on disk are judged: what a server has in memory of its index is not among them.
package struct IndexVerifier {
    private let volume: any Volume
    /// The names of the index's files before the log was verified; nil when they cannot be told.
    private let files: [String]?

    /// To be made before the log in `volume` is verified, so that a change meanwhile is noticed.
    package init(of volume: any Volume) {
        self.volume = volume
        files = Self.files(of: volume)
    }

    /// Adds to the report of a verified log what is found of the index; nothing where the log has
    /// no store, or one that nobody used and nothing is wrong with. Reads all of it.
    package func verify(_ report: inout VerificationReport) {
        let batches = report.streams.first { $0.name == StoreStream.batchesName }
        guard let batches else { return }
        let summary = summary(report)
        guard batches.records > 0 || summary.state == .damaged else { return }
        report.add(summary, of: Format.indexDirectory)
    }

    private func summary(_ report: VerificationReport) -> VerificationReport.IndexSummary {
        guard volume is FileVolume else {
            return .init(.absent, "of an encrypted store: in memory, made anew at every start")
        }
        guard report.isClean, let repair = IndexRepair(of: volume, report) else {
            return .init(
                .unchecked, "not checked: the log is damaged, and it is compared with that")
        }
        let found = repair.examine()
        // What is damage in files that nobody changes may be a moment's state in others.
        if found.state == .damaged, Self.files(of: volume) != files {
            return .init(
                .unchecked, "not checked: a server changes it; verify when that does not run")
        }
        return found
    }

    private static func files(of volume: any Volume) -> [String]? {
        do throws(StorageError) {
            guard try volume.list("").contains(Format.indexDirectory) else { return [] }
            return try volume.list(Format.indexDirectory).sorted()
        } catch {
            return nil
        }
    }
}
