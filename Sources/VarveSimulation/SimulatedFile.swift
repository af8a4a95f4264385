import VarvePlatform
import VarveStorage

/// A file's bytes twice: as its users see them, and as they are certain to be after a crash, with
/// the changes between the two.
struct SimulatedFile: Sendable {
    /// A change that was not synced.
    private enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    /// The bytes as everybody reads them now.
    private(set) var live: [UInt8] = []
    private var durable: [UInt8] = []
    private var pending: [Change] = []

    /// The unit that a device writes whole or not at all.
    private static let sectorBytes = 512

    /// Stores bytes at an offset up to the end.
    mutating func write(_ bytes: [UInt8], at offset: Int) {
        guard !bytes.isEmpty else { return }
        Self.store(bytes[...], at: offset, in: &live)
        pending.append(.write(offset: offset, bytes: bytes))
    }

    /// Removes everything from `size` on.
    mutating func truncate(to size: Int) {
        guard size < live.count else { return }
        live.removeSubrange(size...)
        pending.append(.truncate(size: size))
    }

    /// Makes every change certain.
    mutating func sync() {
        settle { _ in .whole }
    }

    /// A sync that failed: the system has forgotten what it had to write, and some of it is on
    /// disk.
    mutating func loseSync(random: SeededRandom) {
        settle { Self.fate(of: $0, random) }
    }

    /// What a crash leaves.
    mutating func crash(_ outcome: CrashOutcome, random: SeededRandom) {
        switch outcome {
        case .keepingAll: settle { _ in .whole }
        case .losingAll: settle { _ in .lost }
        case .random: settle { Self.fate(of: $0, random) }
        }
        live = durable
    }

    /// Inverts one bit in both.
    mutating func flipBit(byte: Int, bit: Int) {
        live[byte] ^= 1 << UInt8(bit)
        if byte < durable.count { durable[byte] ^= 1 << UInt8(bit) }
    }

    /// How much of a change reaches the disk.
    private enum Fate {
        case whole
        case lost
        /// Only the first so many bytes.
        case prefix(Int)
        /// The sectors for which the numbers are even; the length is kept.
        case sectors(SeededRandom)
    }

    private static func fate(of change: Change, _ random: SeededRandom) -> Fate {
        guard case .write(_, let bytes) = change else {
            return random.next(below: 2) == 0 ? .whole : .lost
        }
        return switch random.next(below: 4) {
        case 0: .whole
        case 1: .lost
        case 2: .prefix(random.next(below: bytes.count))
        default: .sectors(SeededRandom(seed: random.next()))
        }
    }

    /// Applies every pending change to the durable bytes as far as its fate says.
    private mutating func settle(_ fate: (Change) -> Fate) {
        for change in pending {
            switch (change, fate(change)) {
            case (_, .lost):
                break
            case (.truncate(let size), _):
                if size < durable.count { durable.removeSubrange(size...) }
            case (.write(let offset, let bytes), .whole):
                Self.store(bytes[...], at: offset, in: &durable)
            case (.write(let offset, let bytes), .prefix(let count)):
                Self.store(bytes[..<count], at: offset, in: &durable)
            case (.write(let offset, let bytes), .sectors(let random)):
                storeSectors(of: bytes, at: offset, random)
            }
        }
        pending = []
    }

    private mutating func storeSectors(of bytes: [UInt8], at offset: Int, _ random: SeededRandom) {
        let end = offset + bytes.count
        if durable.count < end {
            durable.append(contentsOf: repeatElement(0, count: end - durable.count))
        }
        var position = offset
        while position < end {
            let next = min((position / Self.sectorBytes + 1) * Self.sectorBytes, end)
            if random.next(below: 2) == 0 {
                Self.store(bytes[position - offset..<next - offset], at: position, in: &durable)
            }
            position = next
        }
    }

    /// Stores bytes at any offset; what lies between the end and the offset becomes zero, as in a
    /// file whose earlier write was lost.
    private static func store(_ bytes: ArraySlice<UInt8>, at offset: Int, in file: inout [UInt8]) {
        if file.count < offset {
            file.append(contentsOf: repeatElement(0, count: offset - file.count))
        }
        let overlap = min(bytes.count, file.count - offset)
        file.replaceSubrange(offset..<offset + overlap, with: bytes.prefix(overlap))
        file.append(contentsOf: bytes.dropFirst(overlap))
    }
}
