import Testing
import VarvePlatform

@Suite struct TimeAndRandomnessTests {
    @Test("a manual clock moves only when told to")
    func manualClock() {
        let clock = ManualClock(wallMilliseconds: 5000)
        let start = clock.monotonicNanoseconds()
        #expect(clock.wallMilliseconds() == 5000)
        clock.advance(milliseconds: 250)
        #expect(clock.wallMilliseconds() == 5250)
        #expect(clock.monotonicNanoseconds() == start + 250_000_000)
        clock.setWall(milliseconds: 10)
        #expect(clock.wallMilliseconds() == 10)
        #expect(clock.monotonicNanoseconds() == start + 250_000_000)
    }

    @Test("the system's clocks go forward and know the year")
    func systemClock() {
        let clock = SystemClock()
        let first = clock.monotonicNanoseconds()
        #expect(clock.monotonicNanoseconds() >= first)
        #expect(clock.wallMilliseconds() > 1_700_000_000_000)
        #expect(SystemClock.processorNanoseconds() > 0)
    }

    @Test("a seeded source gives the published sequence of its method")
    func seeded() {
        let random = SeededRandom(seed: 0)
        #expect(random.next() == 0xe220_a839_7b1d_cdaf)
        #expect(random.next() == 0x6e78_9e6a_a1b9_65f4)
        #expect(random.next() == 0x06c4_5d18_8009_454f)
    }

    @Test("the same seed gives the same bytes, another one others")
    func repeatable() {
        #expect(bytes(SeededRandom(seed: 7), 100) == bytes(SeededRandom(seed: 7), 100))
        #expect(bytes(SeededRandom(seed: 7), 100) != bytes(SeededRandom(seed: 8), 100))
    }

    @Test("numbers below a bound are below it and all occur")
    func bounded() {
        let random = SeededRandom(seed: 9)
        let numbers = (0..<1000).map { _ in random.next(below: 7) }
        #expect(Set(numbers) == Set(0..<7))
        #expect(random.next(below: 1) == 0)
    }

    @Test("the kernel's randomness does not repeat")
    func system() {
        let random = SystemRandom()
        #expect(random.next() != random.next())
        #expect(bytes(random, 1000) != bytes(random, 1000))
        #expect(bytes(random, 0) == [])
    }

    private func bytes(_ random: some RandomSource, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { random.fill($0) }
        return bytes
    }
}
