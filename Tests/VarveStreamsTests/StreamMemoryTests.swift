import Glibc
import Testing

@testable import VarveLog
@testable import VarveStreams

@Suite("Memory")
struct StreamMemoryTests {
    /// What the allocator takes for an object or a run of memory, its own header included.
    private func allocated(_ pointer: UnsafeRawPointer) throws -> Int {
        typealias Function = @convention(c) (UnsafeRawPointer) -> Int
        let symbol = try #require(dlsym(nil, "malloc_usable_size"))
        return unsafeBitCast(symbol, to: Function.self)(pointer) + 8
    }

    @Test("an idle stream with a name of up to 24 bytes takes at most 300 bytes")
    func idleStream() throws {
        let fixture = try EngineFixture()
        var smallest: [Int] = []
        // Of several: the allocator gives away a remainder that is too small to keep.
        for number in 10..<20 {
            let name = "a/name/of/24/bytes/her\(number)"
            let stream = try fixture.create(name).stream
            try fixture.append(name, "x")
            let cell = stream.cell
            #expect(cell.state.takeArmed() == 0)
            let parts = [
                try allocated(Unmanaged.passUnretained(stream.log).toOpaque()),
                try allocated(stream.log.state),  // the name is behind it
                try allocated(Unmanaged.passUnretained(cell).toOpaque()),
            ]
            if smallest.isEmpty || parts.reduce(0, +) < smallest.reduce(0, +) { smallest = parts }
        }
        #expect(smallest.reduce(0, +) <= 300, "\(smallest)")
    }
}
