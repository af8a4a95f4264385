import VarvePlatform
import VarveStore

/// The keys and values that a simulation uses: few enough to meet again.
struct KeySpace {
    /// The first bytes of keys that policies know.
    static let prefixes: [UInt8] = [0x61, 0x62]
    /// How many numbers there are in keys.
    static let numbers = 24
    /// Bytes of a key with a prefix, a group and a number.
    static let structuredBytes = 10

    let random: SeededRandom
    /// The usual bytes of a value, at most.
    let valueBytesMax: Int

    /// A first byte that policies know.
    static func prefix(_ random: SeededRandom) -> UInt8 {
        prefixes[random.next(below: prefixes.count)]
    }

    /// A key, mostly one that policies can tell from others.
    func key() -> StoreKey {
        switch random.next(below: 20) {
        case 0: return []
        case 1: return [UInt8](repeating: 0xff, count: StoreLimits.keyBytesMax)
        case 2...4: return [byte(below: 256)]
        case 5, 6: return [Self.prefix(random), byte(below: 8)]
        default:
            var key = [Self.prefix(random), byte(below: 3)]
            key += [UInt8](repeating: 0, count: 7)
            key.append(byte(below: Self.numbers))
            return key
        }
    }

    /// Entries of a batch, keys more than once among them now and then; a value tells by `number`
    /// which batch it came with.
    func entries(_ count: Int, number: Int, hasValues: Bool) -> [StoreEntry] {
        (0..<count).map { index in
            guard hasValues, random.next(below: 30) > 0 else {
                return StoreEntry(key: key(), value: [])
            }
            let text = Array("\(number).\(index)".utf8)
            let padding = random.next(below: valueBytesMax + 1)
            return StoreEntry(
                key: key(), value: text + [UInt8](repeating: byte(below: 256), count: padding))
        }
    }

    private func byte(below bound: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: random.next(below: bound))
    }
}
