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
        let stream = try fixture.create("a/name/of/24/bytes/here.").stream
        try fixture.append("a/name/of/24/bytes/here.", "x")
        let cell = stream.cell
        #expect(cell.state.takeArmed() == 0)
        let parts = [
            try allocated(Unmanaged.passUnretained(stream.log).toOpaque()),
            try allocated(stream.log.state),  // the name is behind it
            try allocated(Unmanaged.passUnretained(cell).toOpaque()),
        ]
        #expect(parts.reduce(0, +) <= 300, "\(parts)")
    }
}
