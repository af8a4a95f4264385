// The output buffer against a plain array.

import Testing
import VarveHTTP

struct OutputBufferTests {
    @Test func anEmptyBufferHoldsNoMemory() {
        let buffer = OutputBuffer()
        #expect(buffer.capacity == 0)
        #expect(buffer.isEmpty)
        #expect(buffer.readable.isEmpty)
        buffer.append(byte: 1)
        #expect(buffer.capacity > 0)
        buffer.removeAll()
        #expect(buffer.capacity == 0)
        #expect(buffer.isEmpty)
    }

    @Test func removingKeepsMemoryUpToTheGivenSize() {
        let buffer = OutputBuffer(capacity: 4096)
        buffer.append("text")
        buffer.removeAll(keepingCapacityUpTo: 4096)
        #expect(buffer.capacity == 4096)
        buffer.removeAll(keepingCapacityUpTo: 4095)
        #expect(buffer.capacity == 0)
    }

    @Test func numbersAreWrittenAsDigits() {
        let buffer = OutputBuffer()
        for number: UInt64 in [0, 9, 10, 4437, .max] {
            buffer.append(decimal: number)
            buffer.append(byte: 0x2C)
        }
        buffer.append(hexadecimal: 0x1F)
        buffer.append(hexadecimal: .max)
        #expect(buffer.text == "0,9,10,4437,18446744073709551615,000000000000001fffffffffffffffff")
    }

    @Test func aBufferIsAQueueOfBytes() {
        var random = SplitMix(seed: 99)
        let buffer = OutputBuffer()
        var model: [UInt8] = []
        for step in 0..<20_000 {
            switch random.below(8) {
            case 0...3:
                let piece = (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
                piece.withUnsafeBytes { buffer.append($0) }
                model += piece
            case 4:
                buffer.append(byte: UInt8(step & 0xFF))
                model.append(UInt8(step & 0xFF))
            case 5:
                let size = random.below(model.count + 1)
                buffer.truncate(to: size)
                model = Array(model.prefix(size))
            case 6:
                let size = random.below(100)
                let room = buffer.reserve(size)
                for index in 0..<size {
                    room.storeBytes(of: 7, toByteOffset: index, as: UInt8.self)
                }
                buffer.advance(by: size)
                model += [UInt8](repeating: 7, count: size)
            default:
                let size = random.below(model.count + 1)
                buffer.consume(size)
                model.removeFirst(size)
            }
            #expect(buffer.count == model.count)
            #expect(buffer.readable.elementsEqual(model))
        }
    }

    @Test func bytesAreOverwrittenInPlaceWhereverTheMemoryIs() {
        let buffer = OutputBuffer()
        buffer.append("xxhello")
        buffer.consume(2)
        for byte in buffer.patchable(at: 1, count: 2).indices {
            buffer.patchable(at: 1, count: 2)[byte] = 0x21
        }
        buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        _ = buffer.reserve(100_000)
        #expect(buffer.text == "h!!lo")
    }
}
