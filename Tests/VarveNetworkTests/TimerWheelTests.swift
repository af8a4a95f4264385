import Testing
import VarvePlatform

@testable import VarveNetwork

/// The wheel on its own, against a plain list.
@Suite struct TimerWheelTests {
    private static let tick: UInt64 = 1 << TimerWheel.tickShift

    private func fired(_ wheel: inout TimerWheel, at now: UInt64) -> Set<UInt64> {
        wheel.collect(now: now)
        var tokens: Set<UInt64> = []
        while let target = wheel.takeNext() {
            if case .connection(let token) = target { tokens.insert(token) }
        }
        return tokens
    }

    @Test func firesNeitherEarlyNorMoreThanATickLate() {
        var wheel = TimerWheel(now: 0)
        let deadlines: [UInt64] = [
            1, 5, Self.tick, 3 * Self.tick, 5000 * Self.tick, 9000 * Self.tick + 7,
        ]
        for deadline in deadlines { _ = wheel.schedule(at: deadline, .connection(deadline)) }
        var now: UInt64 = 0
        var seen: Set<UInt64> = []
        while now < 9100 * Self.tick {
            now += Self.tick / 3
            for deadline in fired(&wheel, at: now) {
                #expect(deadline <= now)
                #expect(now <= deadline + 2 * Self.tick)
                seen.insert(deadline)
            }
        }
        #expect(seen == Set(deadlines))
        #expect(wheel.count == 0)
        #expect(wheel.nanosecondsToNext(now: now) == nil)
    }

    @Test func aLongSleepMissesNothing() {
        var wheel = TimerWheel(now: 0)
        for number in 1...10_000 {
            _ = wheel.schedule(at: UInt64(number) * Self.tick, .connection(UInt64(number)))
        }
        #expect(fired(&wheel, at: 8000 * Self.tick + 1).count >= 7999)
        #expect(fired(&wheel, at: 20_000 * Self.tick).count >= 1999)
        #expect(wheel.count == 0)
    }

    @Test func aCancelledOrMovedTimerDoesNotFireAtItsOldTime() {
        var wheel = TimerWheel(now: 0)
        let cancelled = wheel.schedule(at: Self.tick, .connection(1))
        let moved = wheel.schedule(at: Self.tick, .connection(2))
        wheel.cancel(cancelled)
        wheel.cancel(cancelled)
        wheel.move(moved, to: 10 * Self.tick)
        #expect(fired(&wheel, at: 5 * Self.tick).isEmpty)
        let reused = wheel.schedule(at: 6 * Self.tick, .connection(3))
        #expect(reused != cancelled)
        wheel.cancel(cancelled)
        #expect(fired(&wheel, at: 12 * Self.tick) == [2, 3])
    }

    @Test func theTimeToTheNextIsNeverTooLong() throws {
        var random = SplitMix(state: 11)
        var wheel = TimerWheel(now: 0)
        var now: UInt64 = 0
        var deadlines: Set<UInt64> = []
        for _ in 0..<2000 {
            let deadline = now + random.next() % (10_000 * Self.tick)
            if deadlines.insert(deadline).inserted {
                _ = wheel.schedule(at: deadline, .connection(deadline))
            }
            let next = wheel.nanosecondsToNext(now: now)
            let wait = try #require(next)
            let earliest = deadlines.min() ?? 0
            #expect(now + wait <= max(earliest, now) + 2 * Self.tick)
            now += wait + 1
            for token in fired(&wheel, at: now) {
                #expect(token <= now)
                deadlines.remove(token)
            }
            #expect(deadlines.allSatisfy { $0 + 2 * Self.tick > now })
            #expect(wheel.count == deadlines.count)
        }
    }
}

/// Numbers that look random and are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
