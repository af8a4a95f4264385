// The character classes of RFC 9110 and RFC 3986, as bit sets over the 128 ASCII codes.

/// A set of ASCII characters; bytes from 0x80 on are in no class.
struct CharacterClass: Sendable {
    /// Bit n stands for character n.
    private let low: UInt64
    /// Bit n stands for character n + 64.
    private let high: UInt64

    /// The class of exactly the characters of `members`.
    init(_ members: StaticString) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for index in 0..<members.utf8CodeUnitCount {
            let byte = members.utf8Start[index]
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        self.low = low
        self.high = high
    }

    /// The class with the given bits.
    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether `byte` belongs to the class.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 != 0
    }

    /// `tchar` of RFC 9110, section 5.6.2: what method and header names are made of. The bits are
    /// written out so that the hottest loop of the parser has them as constants; a test compares
    /// them with the characters that the RFC lists.
    static var token: CharacterClass {
        @inline(__always) get {
            CharacterClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
        }
    }

    /// What a registered name or address of RFC 3986, section 3.2.2, may contain, without the
    /// brackets, the port and the percent sign, and without the comma: no name has one, but two
    /// joined Host headers would. Bits, like those of `token`: every request has a Host.
    static var hostName: CharacterClass {
        @inline(__always) get {
            CharacterClass(low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
        }
    }

    /// `unreserved` of RFC 3986: what needs no escape anywhere in a URL.
    static let unreserved = CharacterClass(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
    /// What stands between the brackets of a literal IPv6 address.
    static let addressLiteral = CharacterClass("0123456789abcdefABCDEF:.")
}
