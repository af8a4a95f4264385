import VarvePlatform
import VarveStorage

/// The state behind a simulated volume: names as they are, names as they are certain to be after a
/// crash, and the changes of names between the two. Used under its volume's lock.
struct SimulatedDisk {
    /// A file's identity, whatever its name.
    typealias FileNumber = Int

    /// A change of names that was not synced.
    private struct NameChange {
        enum Kind {
            case add(FileNumber)
            case remove
            case rename(to: String, FileNumber)
            case makeDirectory
        }

        let name: String
        let kind: Kind
        /// The directories it changes: two for a rename from one to another.
        let directories: Set<String>
    }

    /// How often the volume was started; backends of an earlier time are dead.
    private(set) var boot = 0
    /// The names as everybody sees them.
    private(set) var names = NameTable<FileNumber>()
    /// Every file that has a name, may get one back by a crash, or is open.
    var files: [FileNumber: SimulatedFile] = [:]
    /// Who holds the volume.
    var locks = LockTable()

    private var durableNames = NameTable<FileNumber>()
    private var pending: [NameChange] = []
    private var nextFile: FileNumber = 0

    /// Opens or makes a file.
    mutating func open(
        _ name: String, create: CreateMode
    ) throws(StorageError) -> FileNumber {
        if let file = try names.find(name, create: create) { return file }
        let file = nextFile
        nextFile += 1
        files[file] = SimulatedFile()
        names.insert(file, named: name)
        note(name, .add(file))
        return file
    }

    /// Removes a file's name.
    mutating func remove(_ name: String) throws(StorageError) {
        try names.remove(name)
        note(name, .remove)
    }

    /// Gives a file another name.
    mutating func rename(_ from: String, to: String) throws(StorageError) {
        guard let file = try names.rename(from, to: to) else { return }
        note(from, .rename(to: to, file), alsoIn: VolumeName.directory(of: to))
    }

    /// Makes a directory and those above it.
    mutating func makeDirectory(_ name: String) throws(StorageError) {
        for made in try names.makeDirectory(name) { note(made, .makeDirectory) }
    }

    /// Makes the changes of names in a directory certain, and with a rename from or to another
    /// directory the changes in that one, so that changes keep their order.
    mutating func syncDirectory(_ directory: String) throws(StorageError) {
        try names.checkDirectory(directory)
        var synced: Set = [directory]
        var before: Set<String>
        repeat {
            before = synced
            for change in pending where !change.directories.isDisjoint(with: synced) {
                synced.formUnion(change.directories)
            }
        } while synced != before
        for change in pending where change.directories.isSubset(of: synced) { makeDurable(change) }
        pending.removeAll { $0.directories.isSubset(of: synced) }
    }

    /// Decides what is left of everything that was not synced, and starts anew.
    mutating func crash(_ outcome: CrashOutcome) {
        var seed: UInt64 = 0
        if case .random(let given) = outcome { seed = given }
        let random = SeededRandom(seed: seed)
        for change in pending {
            switch outcome {
            case .keepingAll: makeDurable(change)
            case .losingAll: break
            case .random: if random.next(below: 2) == 0 { makeDurable(change) }
            }
        }
        pending = []
        removeOrphans()
        names = durableNames
        let named = Set(names.files.values)
        files = files.filter { named.contains($0.key) }
        // In a fixed order, so that one seed has one outcome.
        for file in files.keys.sorted() {
            files[file, default: SimulatedFile()].crash(outcome, random: random)
        }
        locks = LockTable()
        boot += 1
    }

    /// Inverts one bit of a named file.
    mutating func flipBit(in name: String, byte: UInt64, bit: Int) throws(StorageError) {
        guard let file = try names.find(name, create: .never) else { return }
        let size = files[file, default: SimulatedFile()].live.count
        guard byte < UInt64(size) else {
            throw .readPastEnd(path: name, offset: byte, count: 1, size: UInt64(size))
        }
        files[file, default: SimulatedFile()].flipBit(byte: Int(byte), bit: bit)
    }

    private mutating func note(
        _ name: String, _ kind: NameChange.Kind, alsoIn other: String? = nil
    ) {
        var directories: Set = [VolumeName.directory(of: name)]
        if let other { directories.insert(other) }
        pending.append(NameChange(name: name, kind: kind, directories: directories))
    }

    /// Applies one change to the durable names. One whose basis was lost goes as far as it can.
    private mutating func makeDurable(_ change: NameChange) {
        switch change.kind {
        case .add(let file):
            durableNames.insert(file, named: change.name)
        case .remove:
            durableNames.forget(change.name)
        case .rename(let to, let file):
            durableNames.forget(change.name)
            durableNames.insert(file, named: to)
        case .makeDirectory:
            durableNames.insertDirectory(change.name)
        }
    }

    /// Removes the durable names whose directories were lost.
    private mutating func removeOrphans() {
        for name in durableNames.directories.sorted() {
            let parent = VolumeName.directory(of: name)
            if !parent.isEmpty, !durableNames.directories.contains(parent) {
                durableNames.forget(name)
            }
        }
        for name in durableNames.files.keys {
            let parent = VolumeName.directory(of: name)
            if !parent.isEmpty, !durableNames.directories.contains(parent) {
                durableNames.forget(name)
            }
        }
    }
}
