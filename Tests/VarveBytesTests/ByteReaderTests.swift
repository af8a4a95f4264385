import Testing
import VarveBytes

@Suite struct ByteReaderTests {
    @Test("what a writer appends a reader reads back")
    func roundTrip() throws {
        let digest = withView(bytes("x")) { SHA256Hasher.hash($0) }
        var writer = ByteWriter()
        writer.append(0x11 as UInt8)
        writer.append(0x2233 as UInt16)
        writer.append(0x4455_6677 as UInt32)
        writer.append(0x8899_aabb_ccdd_eeff as UInt64)
        writer.append(digest)
        writer.appendVarint(300)
        writer.append("literal" as StaticString)
        writer.append(String("ünïcode"))
        withView([1, 2, 3]) { writer.append($0) }

        var reader = ByteReader(writer.bytes)
        #expect(try reader.read(UInt8.self) == 0x11)
        #expect(try reader.read(UInt16.self) == 0x2233)
        #expect(try reader.read(UInt32.self) == 0x4455_6677)
        #expect(try reader.read(UInt64.self) == 0x8899_aabb_ccdd_eeff)
        #expect(try reader.readDigest() == digest)
        #expect(try reader.readVarint() == 300)
        #expect(try reader.read(count: 7).equals("literal"))
        #expect(Array(try reader.read(count: 9)) == bytes("ünïcode"))
        try reader.skip(1)
        #expect(reader.remaining == 2)
        #expect(Array(try reader.read(count: 2)) == [2, 3])
        #expect(reader.isAtEnd)
    }

    @Test("integers are little-endian and may lie anywhere")
    func littleEndian() throws {
        try withView([0xff, 1, 2, 3, 4, 5, 6, 7, 8]) { view in
            var reader = ByteReader(view)
            try reader.skip(1)
            #expect(try reader.read(UInt64.self) == 0x0807_0605_0403_0201)
            let base = try #require(view.baseAddress)
            #expect(base.loadLittleEndian(3, as: UInt16.self) == 0x0403)
        }
        var out = [UInt8](repeating: 0, count: 5)
        out.withUnsafeMutableBytes { buffer in
            buffer.baseAddress?.storeLittleEndian(0x0a0b_0c0d as UInt32, at: 1)
        }
        #expect(out == [0, 0x0d, 0x0c, 0x0b, 0x0a])
    }

    @Test("a read past the end says where and how much, and moves nothing")
    func truncated() throws {
        withView([1, 2, 3]) { view in
            var reader = ByteReader(view)
            #expect(throws: TruncatedInput(position: 0, expected: 4, available: 3)) {
                try reader.read(UInt32.self)
            }
            #expect(throws: TruncatedInput(position: 0, expected: 4, available: 3)) {
                try reader.read(count: 4)
            }
            #expect(throws: TruncatedInput(position: 0, expected: -1, available: 3)) {
                try reader.skip(-1)
            }
            #expect(throws: TruncatedInput(position: 0, expected: Int.max, available: 3)) {
                try reader.read(count: .max)
            }
            #expect(throws: TruncatedInput.self) { try reader.readDigest() }
            #expect(reader.position == 0)
        }
        var empty = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(throws: TruncatedInput.self) { try empty.readVarint() }
        #expect(try empty.read(count: 0).isEmpty)
        #expect(empty.isAtEnd)
    }

    @Test("a writer grows, is cleared, shortened, and written over")
    func writer() {
        var writer = ByteWriter(capacity: 1)
        for value in 0..<1000 as Range<UInt32> { writer.append(value) }
        #expect(writer.count == 4000)
        writer.overwrite(7 as UInt32, at: 3996)
        withView(Array(writer.bytes)) { view in
            #expect(view.baseAddress?.loadLittleEndian(3992, as: UInt32.self) == 998)
            #expect(view.baseAddress?.loadLittleEndian(3996, as: UInt32.self) == 7)
        }
        writer.truncate(to: 3)
        #expect(Array(writer.bytes) == [0, 0, 0])
        let capacity = writer.capacity
        writer.clear()
        #expect(writer.count == 0)
        #expect(writer.capacity == capacity)
        writer.extend(by: 2).storeLittleEndian(0x0201 as UInt16)
        #expect(Array(writer.bytes) == [1, 2])
    }
}
