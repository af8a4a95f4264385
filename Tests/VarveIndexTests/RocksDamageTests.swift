import ServerProcess
import Testing
import VarveIndex
import VarvePlatform

/// What opening and reading say of directories that are not what they should be.
@Suite struct RocksDamageTests {
    /// Something that is done to the files of a good index.
    enum Damage: CaseIterable, Sendable {
        case currentMissing
        case currentIsNonsense
        case manifestMissing
        case manifestIsNonsense
        case tableMissing
        case tableCut
    }

    @Test(arguments: Damage.allCases, [false, true])
    func aDamagedIndexIsRefusedInOneLineThatNamesIt(damage: Damage, readOnly: Bool) throws {
        let tested = try IndexUnderTest(.rocks)
        try fill(tested)
        try inflict(damage, on: tested.place("index"))
        let before = try DirectoryDigest(of: tested.place("index"))
        let error = failure {
            if readOnly {
                _ = try tested.openReadOnly("index")
            } else {
                _ = try tested.open("index")
            }
        }
        guard case .corruption(tested.place("index"), let detail) = error else {
            Issue.record("\(damage): \(String(describing: error))")
            return
        }
        #expect(!detail.isEmpty)
        #expect(error?.description.contains("\n") == false)
        #expect(error?.description.contains(tested.place("index")) == true)
        if readOnly { #expect(try DirectoryDigest(of: tested.place("index")) == before) }
    }

    @Test func aFlippedBitOfATableIsAnErrorWhereItIsRead() throws {
        let tested = try IndexUnderTest(.rocks)
        try fill(tested)
        let table = try file(".sst", in: tested.place("index"))
        var bytes = try readFile(table)
        bytes[100] ^= 4
        try writeFile(table, bytes)
        let index = try tested.openReadOnly("index")
        let error = failure { _ = try index.list() }
        guard case .corruption(tested.place("index"), _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aDirectoryOfSomethingElseIsLeftAlone() throws {
        let tested = try IndexUnderTest(.rocks)
        try File.makeDirectory(tested.place("index"))
        try writeFile(tested.place("index/thesis.txt"), [1])
        let before = try DirectoryDigest(of: tested.place("index"))
        let expected = IndexError.notAnIndex(
            directory: tested.place("index"), detail: "it holds thesis.txt, but not CURRENT")
        #expect(failure { _ = try tested.open() } == expected)
        #expect(failure { _ = try tested.openReadOnly("index") } == expected)
        #expect(failure { try tested.source.destroy("index") } == expected)
        #expect(try DirectoryDigest(of: tested.place("index")) == before)
    }

    @Test func aFileInTheIndexsPlaceIsRefused() throws {
        let tested = try IndexUnderTest(.rocks)
        try writeFile(tested.place("index"), [1])
        let error = failure { _ = try tested.open() }
        guard case .notAnIndex(tested.place("index"), _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try readFile(tested.place("index")) == [1])
    }

    @Test func anEmptyDirectoryAndTheBeginningOfAnIndexBecomeOne() throws {
        let tested = try IndexUnderTest(.rocks)
        try File.makeDirectory(tested.place("index"))
        #expect(try tested.open().list() == [])
        let begun = ["LOCK", "LOG", "MANIFEST-000001", "000001.dbtmp"]
        try File.makeDirectory(tested.place("begun"))
        for name in begun { try writeFile(tested.place("begun/\(name)"), []) }
        #expect(try tested.open("begun").list() == [])
    }

    private func fill(_ tested: IndexUnderTest) throws {
        let index = try tested.open()
        var batch = IndexBatch()
        for number in 0..<1000 { try batch.put(Array("key \(number)".utf8), [1, 2, 3]) }
        try index.write(batch)
        try index.flush()
    }

    private func inflict(_ damage: Damage, on directory: String) throws {
        switch damage {
        case .currentMissing:
            try File.remove("\(directory)/CURRENT")
        case .currentIsNonsense:
            try writeFile("\(directory)/CURRENT", Array("nonsense".utf8))
        case .manifestMissing:
            try File.remove(try file("MANIFEST-", in: directory))
        case .manifestIsNonsense:
            let manifest = try file("MANIFEST-", in: directory)
            try writeFile(manifest, (0..<200).map { UInt8($0) })
        case .tableMissing:
            try File.remove(try file(".sst", in: directory))
        case .tableCut:
            let table = try file(".sst", in: directory)
            try writeFile(table, Array(try readFile(table).dropLast(1000)))
        }
    }

    private func file(_ mark: String, in directory: String) throws -> String {
        let name = try File.list(directory).first { $0.contains(mark) }
        return "\(directory)/\(try #require(name))"
    }
}

/// All bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = try File.open(path)
    var bytes = [UInt8](repeating: 0, count: Int(try File.size(descriptor.raw)))
    _ = try bytes.withUnsafeMutableBytes { try File.read(descriptor.raw, at: 0, into: $0) }
    return bytes
}

/// Makes or replaces a file.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = try File.open(path, access: .readWrite, create: .ifMissing)
    try File.truncate(descriptor.raw, to: 0)
    try bytes.withUnsafeBytes { try File.write(descriptor.raw, $0, at: 0) }
}
