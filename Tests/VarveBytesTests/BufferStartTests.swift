import Testing
import VarveBytes

@Suite struct BufferStartTests {
    @Test("the start of a buffer is its address, and an empty one has a start too")
    func start() {
        withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { buffer in
            #expect(buffer.start == buffer.baseAddress)
            #expect(UnsafeRawBufferPointer(buffer).start == UnsafeRawPointer(buffer.start))
        }
        let nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        UnsafeMutableRawBufferPointer(start: nothing.start, count: 0).copyMemory(
            from: UnsafeRawBufferPointer(start: UnsafeRawBufferPointer(nothing).start, count: 0))
    }

    @Test("frozen bytes are what was filled in, taken over or written as text")
    func frozen() {
        func contents(_ frozen: FrozenBytes) -> [UInt8] {
            withExtendedLifetime(frozen) { Array(frozen.bytes) }
        }
        #expect(contents(FrozenBytes(count: 3) { $0.copyBytes(from: [1, 2, 3]) }) == [1, 2, 3])
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 1)
        memory.copyBytes(from: [9, 8, 7, 6])
        #expect(contents(FrozenBytes(adopting: memory, count: 2)) == [9, 8])
        #expect(contents(FrozenBytes("/v1")) == Array("/v1".utf8))
        #expect(contents(FrozenBytes("")).isEmpty)
    }
}
