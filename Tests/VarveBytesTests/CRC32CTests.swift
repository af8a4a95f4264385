import Testing
import VarveBytes

@Suite struct CRC32CTests {
    @Test(
        "known answers of the iSCSI standard",
        arguments: [
            (bytes("123456789"), 0xe306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            (Array(0..<32), 0x46dd_794e),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func knownAnswer(input: [UInt8], expected: UInt32) {
        withView(input) { view in
            #expect(CRC32C.value(view) == expected)
            #expect(CRC32C.portableValue(view) == expected)
        }
    }

    @Test("instruction and table agree at every length and alignment")
    func agreement() {
        var numbers = Numbers(seed: 1)
        let data = numbers.bytes(600)
        withView(data) { all in
            for start in 0..<9 {
                for count in 0...(all.count - start) {
                    let piece = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
                    let seed = UInt32(truncatingIfNeeded: numbers.next())
                    #expect(
                        CRC32C.value(piece, seed: seed) == CRC32C.portableValue(piece, seed: seed))
                }
            }
        }
    }

    @Test("the value of two runs is the second's, seeded with the first's")
    func chaining() {
        var numbers = Numbers(seed: 2)
        let data = numbers.bytes(5000)
        withView(data) { all in
            let whole = CRC32C.value(all)
            for cut in stride(from: 0, through: all.count, by: 37) {
                let first = CRC32C.value(UnsafeRawBufferPointer(rebasing: all[..<cut]))
                let rest = UnsafeRawBufferPointer(rebasing: all[cut...])
                #expect(CRC32C.value(rest, seed: first) == whole)
            }
        }
    }

    @Test("every flipped bit changes the value")
    func bitFlips() {
        var data = bytes("a frame that must not be taken for another")
        let before = withView(data) { CRC32C.value($0) }
        for bit in 0..<data.count * 8 {
            data[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(withView(data) { CRC32C.value($0) } != before)
            data[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }
}
