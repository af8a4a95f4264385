import Testing

@testable import VarveNetwork

/// The small parts of a loop, each on its own.
@Suite struct LoopPartsTests {
    @Test func gatesKeepTheirOrderWhileTheQueueGrowsAndWraps() {
        var queue = GateQueue()
        var next: UInt64 = 0
        var expected: UInt64 = 0
        for round in 1...20 {
            for _ in 0..<(round * 40) {
                next += 1
                queue.append(
                    GatedResponse(
                        gate: next, token: next, end: 0, isHead: false, endsConnection: false))
            }
            while queue.count > round * 7, let response = queue.popReleased(through: next) {
                expected += 1
                #expect(response.token == expected)
            }
        }
        let beyond = queue.popReleased(through: expected)?.token
        #expect(beyond == nil)
    }

    @Test func aSmallerGateWaitsForTheOnesBefore() {
        var queue = GateQueue()
        for gate: UInt64 in [5, 3, 0, 9] {
            queue.append(
                GatedResponse(gate: gate, token: gate, end: 0, isHead: false, endsConnection: false)
            )
        }
        let early = queue.popReleased(through: 4)?.token
        #expect(early == nil)
        #expect((0..<3).compactMap { _ in queue.popReleased(through: 5)?.token } == [5, 3, 0])
        let later = queue.popReleased(through: 8)?.token
        #expect(later == nil)
        #expect(queue.count == 1)
    }

    @Test func aNameOfAClosedConnectionFindsNothing() {
        var table = ConnectionTable()
        let old = table.nextToken(200)
        let connection = table.insert(Connection(Transport(descriptor: 200), token: old))
        #expect(table.find(old) == connection)
        table.remove(connection)
        #expect(table.find(old) == nil)
        let new = table.nextToken(200)
        #expect(new != old)
        let other = table.insert(Connection(Transport(descriptor: 200), token: new))
        #expect(table.find(old) == nil)
        #expect(table.find(new) == other)
        #expect(table.tokens == [new])
        table.remove(other)
        #expect(table.count == 0)
    }

    @Test func aConnectionIsSmall() {
        #expect(MemoryLayout<Connection>.stride <= 320)
    }

    @Test func sharedBytesAreTheSameInsideAChunk() {
        let text: [UInt8] = Array("event: data\n\n".utf8)
        let shared = text.withUnsafeBytes { SharedBytes(copying: $0) }
        #expect(Array(shared.bytes) == text)
        #expect(String(decoding: shared.chunk, as: UTF8.self) == "0000000d\r\nevent: data\n\n\r\n")
    }

    @Test func piecesAreUnpinnedWhenTheyAreThrough() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 30, alignment: 1)
        defer { bytes.deallocate() }
        let slices = PinnedSlices()
        for index in 0..<3 {
            slices.append(
                PinnedSlices.Piece(
                    position: UInt64(100 + index * 20),
                    slice: BodySlice(
                        owner: nil,
                        bytes: UnsafeRawBufferPointer(
                            rebasing: bytes[(index * 10)..<(index * 10 + 10)]))))
        }
        #expect(slices.advance(to: 105) == 5)
        #expect(slices.pieces.first?.slice.count == 5)
        #expect(slices.byteCount(before: 120) == 5)
        #expect(slices.advance(to: 115) == 5)
        #expect(slices.pieces.count == 2)
        slices.truncate(to: 140)
        #expect(slices.pieces.count == 1)
        #expect(slices.advance(to: 130) == 10)
        #expect(slices.isEmpty)
    }
}
