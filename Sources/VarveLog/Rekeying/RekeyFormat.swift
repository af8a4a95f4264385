/// The names that a change of a log's key uses; `docs/format.md`, "Change of key". Persisted.
enum RekeyFormat {
    /// The directory of the new files, which are there until they have taken the old ones' places.
    static let directory = ".rekey"
    /// The file that says that all new files are there and right.
    static let complete = "COMPLETE"
    /// Its path.
    static let completePath = "\(directory)/\(complete)"
}
