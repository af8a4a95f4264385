import Testing
import VarveLog

@testable import VarveStreams

@Suite("Saved state coding")
struct StreamImageCodingTests {
    /// An image with every part that its lifetime allows.
    private static func image(_ lifetime: StreamLifetime) -> StreamImage {
        var image = StreamImage(
            contentType: Array("a/b".utf8), createdSeconds: 1, updatedSeconds: 2,
            lifetime: lifetime, lifetimeText: [], journalledUse: 0)
        if lifetime != .unlimited { image.journalledUse = 5 }
        if case .absolute = lifetime { image.lifetimeText = Array("T".utf8) }
        image.sequence = Array("s".utf8)
        image.closing = .init(id: Array("p".utf8), epoch: 3, sequence: 4)
        return image
    }

    private static let images = [
        image(.unlimited), image(.sliding(seconds: 60)), image(.absolute(milliseconds: 256)), fork,
        retained,
    ]

    private static var retained: StreamImage {
        var image = image(.unlimited)
        image.retention = StreamRetention(bytes: 256, seconds: 3)
        image.nextSlot = 7
        image.openStretch = AgeIndex.Open(first: 5, last: 6)
        return image
    }

    private static var fork: StreamImage {
        var fork = image(.unlimited)
        fork.fork = ForkRequest(anchor: StreamPosition(record: 7, byte: 8), subOffset: 9)
        return fork
    }

    private func hex(_ text: String) -> [UInt8] {
        text.split(separator: " ").map { UInt8($0, radix: 16) ?? 0 }
    }

    @Test("the bytes are those of the format page")
    func knownBytes() {
        var plain = Self.image(.sliding(seconds: 60))
        plain.closing = nil
        #expect(
            StreamImageCoding.encode(plain)
                == hex(
                    "01 05 03 00 61 2f 62 01 00 00 00 02 00 00 00 3c 00 00 00 00 00 00 00"
                        + " 05 00 00 00 00 00 00 00 01 00 73"))
        var absolute = Self.image(.absolute(milliseconds: 256))
        absolute.sequence = nil
        #expect(
            StreamImageCoding.encode(absolute)
                == hex(
                    "01 0a 03 00 61 2f 62 01 00 00 00 02 00 00 00 00 01 00 00 00 00 00 00"
                        + " 01 00 54 05 00 00 00 00 00 00 00"
                        + " 01 00 70 03 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00"))
        var retained = Self.retained
        retained.sequence = nil
        retained.closing = nil
        #expect(
            StreamImageCoding.encode(retained)
                == hex(
                    "01 e0 03 00 61 2f 62 01 00 00 00 02 00 00 00 00 01 00 00 00 00 00 00"
                        + " 03 00 00 00 00 00 00 00 07"
                        + " 05 00 00 00 00 00 00 00 06 00 00 00 00 00 00 00"))
        let stretch = AgeIndex.Stretch(
            slot: 7, last: 300, end: StreamPosition(record: 2, byte: 9))
        #expect(AgeEntry.encode(stretch) == StateEntry(key: [2, 7], value: [0xac, 2, 2, 9]))
        let entry = withBytes("p") { ProducerEntry.encode($0, .init(epoch: 3, sequence: 300)) }
        #expect(entry == StateEntry(key: [1, 0x70], value: [3, 0xac, 2]))
    }

    @Test("every image reads back, and no prefix or extension of one is an image")
    func lengths() throws {
        for image in Self.images {
            let bytes = StreamImageCoding.encode(image)
            #expect(try StreamImageCoding.decode(bytes) == image)
            for count in 0..<bytes.count {
                #expect(throws: StreamImageCoding.Malformed.self) {
                    try StreamImageCoding.decode(Array(bytes[..<count]))
                }
            }
            #expect(throws: StreamImageCoding.Malformed.self) {
                try StreamImageCoding.decode(bytes + [0])
            }
        }
    }

    @Test("whatever single bits are flipped, what still reads back has just those bytes")
    func canonical() {
        for image in Self.images {
            let bytes = StreamImageCoding.encode(image)
            for bit in 0..<bytes.count * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let decoded = try? StreamImageCoding.decode(flipped) else { continue }
                #expect(StreamImageCoding.encode(decoded) == flipped)
            }
        }
    }

    @Test("the longest state fits a core")
    func longest() throws {
        let most = ProducerTuple.numberMax
        var image = Self.image(.absolute(milliseconds: .max))
        image.contentType = [UInt8](repeating: 0x61, count: ContentType.bytesMax)
        image.lifetimeText = [UInt8](repeating: 0x39, count: InternetTime.bytesMax)
        image.journalledUse = Expiry.useMax
        image.sequence = [UInt8](repeating: 0xff, count: AppendCommand.sequenceBytesMax)
        image.closing = .init(
            id: [UInt8](repeating: 0x70, count: ProducerTuple.idBytesMax), epoch: most,
            sequence: most)
        let bytes = StreamImageCoding.encode(image)
        #expect(bytes.count < SavedState.coreBytesMax)
        #expect(try StreamImageCoding.decode(bytes) == image)
    }

    @Test("values beyond their limits are refused")
    func limits() {
        let changes: [(inout StreamImage) -> Void] = [
            { $0.contentType = [UInt8](repeating: 0x61, count: ContentType.bytesMax + 1) },
            { $0.createdSeconds = $0.updatedSeconds + 1 },
            { $0.lifetime = .sliding(seconds: StreamLifetime.secondsMax + 1) },
            { $0.journalledUse = Expiry.useMax + 1 },
            { $0.sequence = [UInt8](repeating: 0, count: AppendCommand.sequenceBytesMax + 1) },
            { $0.closing?.id = [] },
            { $0.closing?.id = [UInt8](repeating: 0, count: ProducerTuple.idBytesMax + 1) },
            { $0.closing?.epoch = ProducerTuple.numberMax + 1 },
            { $0.closing?.sequence = ProducerTuple.numberMax + 1 },
        ]
        for change in changes {
            var image = Self.image(.sliding(seconds: 1))
            change(&image)
            let bytes = StreamImageCoding.encode(image)
            #expect(throws: StreamImageCoding.Malformed.self) {
                try StreamImageCoding.decode(bytes)
            }
        }
        var text = Self.image(.absolute(milliseconds: 1))
        text.lifetimeText = [UInt8](repeating: 0x39, count: InternetTime.bytesMax + 1)
        #expect(throws: StreamImageCoding.Malformed.self) {
            try StreamImageCoding.decode(StreamImageCoding.encode(text))
        }
    }

    @Test(
        "entries that are no producer's, or not in order, are refused",
        arguments: [
            [StateEntry(key: [], value: [0, 0])], [StateEntry(key: [1], value: [0, 0])],
            [StateEntry(key: [2, 0x70], value: [0, 0])],
            [StateEntry(key: [1, 0x70], value: [])], [StateEntry(key: [1, 0x70], value: [0])],
            [StateEntry(key: [1, 0x70], value: [0, 0, 0])],
            [StateEntry(key: [1, 0x70], value: [0x80, 0, 0])],
            [StateEntry(key: [1, 0x70], value: [UInt8](repeating: 0xff, count: 7) + [31, 0])],
            [StateEntry(key: [1] + [UInt8](repeating: 0x70, count: 257), value: [0, 0])],
            [StateEntry(key: [1, 2], value: [0, 0]), StateEntry(key: [1, 1], value: [0, 0])],
            [StateEntry(key: [1, 1], value: [0, 0]), StateEntry(key: [1, 1], value: [0, 0])],
        ] as [[StateEntry]])
    func entries(_ entries: [StateEntry]) {
        #expect(throws: StreamImageCoding.Malformed.self) { try ProducerTable(entries) }
    }
}
