import Testing
import VarveStorage

/// What every volume promises about names, shown on each kind.
@Suite struct VolumeTests {
    @Test("opening makes a file only as it was told to", arguments: VolumeKind.allCases)
    func createModes(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        #expect(failure { _ = try volume.open("a", create: .never) } == "notFound")
        #expect(try volume.list("") == [])
        try volume.open("a", create: .exclusive).append([1])
        #expect(failure { _ = try volume.open("a", create: .exclusive) } == "alreadyExists")
        #expect(try volume.open("a", create: .never).allBytes() == [1])
        #expect(try volume.open("a", create: .ifMissing).allBytes() == [1])
        #expect(try volume.open("b", create: .ifMissing).size == 0)
        #expect(try volume.list("") == ["a", "b"])
    }

    @Test("directories hold files and directories, listed in order", arguments: VolumeKind.allCases)
    func directories(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        #expect(failure { _ = try volume.open("a/b/f", create: .ifMissing) } == "notFound")
        #expect(failure { _ = try volume.list("a") } == "notFound")
        try volume.makeDirectory("a/b")
        try volume.makeDirectory("a/b")
        _ = try volume.open("a/b/f", create: .ifMissing)
        _ = try volume.open("a/b/e", create: .ifMissing)
        _ = try volume.open("a/z", create: .ifMissing)
        #expect(try volume.list("") == ["a"])
        #expect(try volume.list("a") == ["b", "z"])
        #expect(try volume.list("a/b") == ["e", "f"])
        for directory in ["", "a", "a/b"] { try volume.syncDirectory(directory) }
        #expect(failure { try volume.syncDirectory("c") } == "notFound")
    }

    @Test("files and directories are not taken for one another", arguments: VolumeKind.allCases)
    func kinds(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        try volume.makeDirectory("d")
        _ = try volume.open("f", create: .exclusive)
        #expect(failure { _ = try volume.open("d", create: .never) } == "notAFile")
        #expect(failure { _ = try volume.open("d", create: .ifMissing) } == "notAFile")
        #expect(failure { _ = try volume.open("d", create: .exclusive) } == "alreadyExists")
        #expect(failure { try volume.remove("d") } == "notAFile")
        #expect(failure { try volume.rename("d", to: "e") } == "notAFile")
        #expect(failure { try volume.rename("f", to: "d") } == "notAFile")
        #expect(failure { _ = try volume.list("f") } == "notADirectory")
        #expect(failure { _ = try volume.open("f/g", create: .ifMissing) } == "notADirectory")
        #expect(failure { try volume.makeDirectory("f") } == "alreadyExists")
        #expect(failure { try volume.makeDirectory("f/g/h") } == "notADirectory")
        #expect(try volume.list("") == ["d", "f"])
    }

    @Test(
        "a removed or replaced file stays usable to who has it open", arguments: VolumeKind.allCases
    )
    func removal(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        let first = try volume.open("a", create: .exclusive)
        try first.append([1])
        try volume.remove("a")
        #expect(try volume.list("") == [])
        #expect(failure { try volume.remove("a") } == "notFound")
        #expect(try first.append([2]) == 1)
        #expect(try first.allBytes() == [1, 2])
        #expect(try volume.open("a", create: .exclusive).size == 0)
    }

    @Test("a rename moves the file in one step and replaces", arguments: VolumeKind.allCases)
    func rename(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        try volume.makeDirectory("d")
        let moved = try volume.open("a", create: .exclusive)
        try moved.append([1])
        let replaced = try volume.open("d/b", create: .exclusive)
        try replaced.append([2, 2])
        try volume.rename("a", to: "d/b")
        #expect(try volume.list("") == ["d"])
        #expect(try volume.open("d/b", create: .never).allBytes() == [1])
        #expect(try replaced.allBytes() == [2, 2])
        try moved.append([3])
        #expect(try volume.open("d/b", create: .never).allBytes() == [1, 3])
        try volume.rename("d/b", to: "d/b")
        #expect(try volume.open("d/b", create: .never).allBytes() == [1, 3])
        #expect(failure { try volume.rename("a", to: "c") } == "notFound")
        #expect(failure { try volume.rename("d/b", to: "x/y") } == "notFound")
    }

    @Test(
        "names that leave the volume or are not plain are refused", arguments: VolumeKind.allCases)
    func names(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        let long = String(repeating: "n", count: 256)
        for name in ["..", "../a", "a/../b", "/a", "a/", "a//b", ".", "a/.", "a\u{0}b", long] {
            let expected = "invalidName \(name)"
            #expect(failure { _ = try volume.open(name, create: .ifMissing) } == expected)
            #expect(failure { try volume.remove(name) } == expected)
            #expect(failure { try volume.rename(name, to: "b") } == expected)
            #expect(failure { try volume.rename("b", to: name) } == expected)
            #expect(failure { try volume.makeDirectory(name) } == expected)
            #expect(failure { _ = try volume.list(name) } == expected)
            #expect(failure { try volume.syncDirectory(name) } == expected)
        }
        #expect(failure { _ = try volume.open("", create: .ifMissing) } == "invalidName ")
        #expect(try volume.list("") == [])
    }

    @Test("a volume has one owner, or readers, not both", arguments: VolumeKind.allCases)
    func locks(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let volume = test.volume
        let own = try volume.lock(.exclusive)
        #expect(failure { _ = try volume.lock(.exclusive) }.hasPrefix("locked "))
        #expect(failure { _ = try volume.lock(.shared) }.hasPrefix("locked "))
        own.release()
        own.release()
        let readers = [try volume.lock(.shared), try volume.lock(.shared)]
        #expect(failure { _ = try volume.lock(.exclusive) } == "locked 0")
        readers[0].release()
        #expect(failure { _ = try volume.lock(.exclusive) } == "locked 0")
        readers[1].release()
        try volume.lock(.exclusive).release()
    }

    @Test("a lock that is forgotten is given back", arguments: VolumeKind.allCases)
    func forgottenLock(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        do { _ = try test.volume.lock(.exclusive) }
        try test.volume.lock(.exclusive).release()
    }

    @Test("a file opened twice is one file with one size", arguments: VolumeKind.allCases)
    func openedTwice(kind: VolumeKind) throws {
        let test = try VolumeUnderTest(kind)
        let first = try test.volume.open("a", create: .exclusive)
        try test.volume.rename("a", to: "b")
        let second = try test.volume.open("b", create: .never)
        try first.append([1, 2, 3])
        #expect(second.size == 3)
        #expect(try second.append([4]) == 3)
        #expect(try first.allBytes() == [1, 2, 3, 4])
        try second.truncate(to: 1)
        #expect(failure { _ = try first.bytes(at: 0, count: 2) } == "readPastEnd 0 2 1")
    }
}
