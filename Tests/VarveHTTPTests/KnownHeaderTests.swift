// The header table, the character classes and the scans, against what the standards list.

import Testing

@testable import VarveHTTP

struct KnownHeaderTests {
    private func find(_ name: String) -> KnownHeader? {
        name.withBytes { bytes in
            bytes.baseAddress.flatMap { KnownHeader.named($0, count: bytes.count) }
        }
    }

    @Test(arguments: KnownHeader.allCases)
    func everyHeaderIsFoundInAnyCase(_ header: KnownHeader) {
        let name = "\(header.name)"
        #expect(find(name) == header)
        #expect(find(name.uppercased()) == header)
        #expect(find(String(name.dropLast())) != header)
        #expect(find(name + "s") == nil)
        #expect(
            find(String(name.map { $0 == "-" ? "_" : $0 })) == (name.contains("-") ? nil : header))
    }

    @Test func thereIsRoomForEveryHeader() {
        #expect(KnownHeader.allCases.count <= 64)
        #expect(KnownHeader.allCases.allSatisfy { $0.rawValue < 64 })
        #expect(Set(KnownHeader.allCases.map { "\($0.name)" }).count == KnownHeader.allCases.count)
    }

    @Test func theClassesWrittenAsBitsAreThoseOfTheStandards() {
        let token = CharacterClass(
            "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let hostName = CharacterClass(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+;=")
        for byte in UInt8.min...UInt8.max {
            #expect(CharacterClass.token.contains(byte) == token.contains(byte))
            #expect(CharacterClass.hostName.contains(byte) == hostName.contains(byte))
            #expect(!CharacterClass.token.contains(byte) || byte < 128)
        }
    }

    @Test func scansFindWhatASimpleLoopFinds() {
        var random = SplitMix(seed: 4437)
        let alphabet: [UInt8] = [
            0x61, 0x0A, 0x0D, 0x09, 0x20, 0x7F, 0x80, 0xFF, 0x00, 0x1F, 0x21, 0x7E, 0x8A,
        ]
        for _ in 0..<20_000 {
            let count = random.below(40) + 1
            let bytes = (0..<count).map { _ in
                random.below(12) == 0 ? alphabet[random.below(alphabet.count)] : 0x62
            }
            let from = random.below(count)
            bytes.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress else { return }
                let range = from..<count
                #expect(
                    ByteScan.first(0x0A, in: base, from: from, to: count)
                        == range.first { bytes[$0] == 0x0A })
                #expect(
                    ByteScan.firstLineBreak(in: base, from: from, to: count)
                        == range.first { bytes[$0] == 0x0A || bytes[$0] == 0x0D } ?? count)
                #expect(
                    ByteScan.firstControl(in: base, from: from, to: count)
                        == range.first {
                            bytes[$0] < 0x20 && bytes[$0] != 0x09 || bytes[$0] == 0x7F
                        })
                #expect(
                    ByteScan.isVisible(base, from: from, to: count)
                        == range.allSatisfy { bytes[$0] > 0x20 && bytes[$0] < 0x7F })
            }
        }
    }
}
