import Synchronization
import Testing

@testable import VarveLog

@Suite("Pins of files that reads look into")
struct ReadPinTests {
    /// What was released, in order.
    private final class Released: Sendable {
        private let numbers = Mutex<[Int]>([])

        var all: [Int] { numbers.withLock { $0 } }

        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    @Test("one read that lasted for half a million retirements ends without a deep stack")
    func longChain() {
        let pins = ReadPins()
        let released = Released()
        var first: ReadPin? = pins.pin()
        let count = 500_000
        for number in 0..<count { pins.retire { released.add(number) } }
        #expect(released.all.isEmpty)
        withExtendedLifetime(first) {}
        first = nil
        #expect(released.all == Array(0..<count))
    }

    @Test("what is retired waits for every read that began before, and for none that began later")
    func order() {
        let pins = ReadPins()
        let released = Released()
        pins.retire { released.add(0) }
        #expect(released.all == [0])
        var early: ReadPin? = pins.pin()
        pins.retire { released.add(1) }
        var late: ReadPin? = pins.pin()
        pins.retire { released.add(2) }
        let last = pins.pin()
        withExtendedLifetime(late) {}
        late = nil
        #expect(released.all == [0])
        withExtendedLifetime(early) {}
        early = nil
        #expect(released.all == [0, 1, 2])
        pins.retire { released.add(3) }
        #expect(released.all == [0, 1, 2])
        withExtendedLifetime(last) {}
    }

    @Test("a pin may outlive the log that it is of")
    func outliving() {
        let released = Released()
        var pin: ReadPin?
        do {
            let pins = ReadPins()
            pin = pins.pin()
            pins.retire { released.add(0) }
        }
        #expect(released.all.isEmpty)
        withExtendedLifetime(pin) {}
        pin = nil
        #expect(released.all == [0])
    }
}
