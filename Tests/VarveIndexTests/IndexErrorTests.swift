import Testing

@testable import VarveIndex

/// What the texts of RocksDB stand for.
@Suite struct IndexErrorTests {
    @Test(arguments: [
        ("Corruption: block checksum mismatch", "corruption"),
        ("IO error: No space left on device: While appending to file: d/1.sst", "outOfSpace"),
        ("IO error: Disk quota exceeded: While appending to file: d/1.sst", "outOfSpace"),
        ("IO error: While lock file: d/LOCK: Resource temporarily unavailable", "locked"),
        ("IO error: lock hold by current process, acquire time 1: d/LOCK", "locked"),
        ("IO error: While open a file for random read: d/1.sst: Permission denied", "notPermitted"),
        ("IO error: While mkdir: d: Read-only file system", "notPermitted"),
        ("Not implemented: Not supported operation in read only mode.", "readOnly"),
        ("IO error: While fsync: d/1.sst: Input/output error", "failed"),
    ])
    func aTextOfRocksIsReadForWhatItMeans(text: String, kind: String) {
        let error = IndexError(rocksText: text, directory: "d")
        #expect("\(error)".hasPrefix("d: "))
        #expect(Mirror(reflecting: error).children.first?.label == kind)
    }

    @Test func anErrorIsOneLineWhateverTheTextIs() {
        let error = IndexError(rocksText: "IO error: a\nb\r\nc", directory: "d")
        #expect("\(error)" == "d: IO error: a b c")
    }

    @Test func aFileThatIsMissingIsDamageWhileOpening() {
        let text = "IO error: No such file or directory: d/MANIFEST-000004"
        let error = IndexError(rocksText: text, directory: "d").whileOpening()
        #expect(error == .corruption(directory: "d", detail: text))
    }
}
