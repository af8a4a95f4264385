/// Numbers as people write them on a command line: strict, and nothing that overflows.
enum Quantity {
    /// A whole number in digits.
    static func count(_ text: String) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt64(text)
    }

    /// A number of bytes: digits and perhaps a unit (B, KiB, MiB, GiB, TiB, or K, M, G, T for the
    /// same, or kB, MB, GB, TB for powers of 1000).
    static func bytes(_ text: String) -> UInt64? {
        scaled(text) { unit in
            switch unit {
            case "", "B": 1
            case "KiB", "K": 1 << 10
            case "MiB", "M": 1 << 20
            case "GiB", "G": 1 << 30
            case "TiB", "T": 1 << 40
            case "kB": 1000
            case "MB": 1_000_000
            case "GB": 1_000_000_000
            case "TB": 1_000_000_000_000
            default: nil
            }
        }
    }

    /// A time in milliseconds: digits and perhaps a unit (ms, s, m, h).
    static func milliseconds(_ text: String) -> UInt64? {
        scaled(text) { unit in
            switch unit {
            case "", "ms": 1
            case "s": 1000
            case "m": 60_000
            case "h": 3_600_000
            default: nil
            }
        }
    }

    /// A number of seconds, with or without a fraction, not negative.
    static func seconds(_ text: String) -> Double? {
        guard let first = text.utf8.first, (0x30...0x39).contains(first),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(text), value <= 1e9
        else { return nil }
        return value
    }

    /// A number of bytes in the largest unit that leaves a whole number: what `bytes` reads.
    static func text(bytes: Int) -> String {
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        guard bytes > 0, let unit = units.first(where: { bytes % $0.1 == 0 }) else {
            return "\(bytes)"
        }
        return "\(bytes / unit.1)\(unit.0)"
    }

    /// A time in the largest unit that leaves a whole number: what `milliseconds` reads.
    static func text(milliseconds: UInt64) -> String {
        guard milliseconds > 0, milliseconds % 1000 == 0 else { return "\(milliseconds)ms" }
        return "\(milliseconds / 1000)s"
    }

    /// Digits times the factor of the unit behind them.
    private static func scaled(_ text: String, _ factor: (String) -> UInt64?) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = count(String(digits)),
            let factor = factor(String(text[digits.endIndex...]))
        else { return nil }
        let (product, overflowed) = number.multipliedReportingOverflow(by: factor)
        return overflowed ? nil : product
    }
}
