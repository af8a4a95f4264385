import Testing
import VarvePlatform

@testable import VarveStreams

@Suite("A heap by moments")
struct MomentHeapTests {
    /// Knows its slot.
    private final class Place {
        var slot: Int?
    }

    private struct Entry: MomentEntry {
        var moment: UInt64
        let number: Int
        nonisolated(unsafe) let place = Place()

        func note(slot: Int?) { place.slot = slot }
    }

    @Test("whatever is done to it, it gives what is due, the earliest first, and slots are right")
    func model() {
        for seed in 1...20 as ClosedRange<UInt64> {
            let random = SeededRandom(seed: seed)
            var heap = MomentHeap<Entry>()
            var model: [Entry] = []
            for number in 0..<600 {
                switch random.next(below: 10) {
                case 0..<5:
                    let entry = Entry(moment: UInt64(random.next(below: 500)), number: number)
                    heap.push(entry)
                    model.append(entry)
                case 5..<7 where !model.isEmpty:
                    let index = random.next(below: model.count)
                    let moment = UInt64(random.next(below: 500))
                    if let slot = model[index].place.slot { heap.advance(slot, to: moment) }
                    model[index].moment = min(model[index].moment, moment)
                case 7 where !model.isEmpty:
                    let entry = model.remove(at: random.next(below: model.count))
                    if let slot = entry.place.slot { heap.remove(slot) }
                    #expect(entry.place.slot == nil)
                case 8 where random.next(below: 10) == 0:
                    heap.removeAll { $0.number % 3 == 0 }
                    model.removeAll { $0.number % 3 == 0 }
                default:
                    let now = UInt64(random.next(below: 300))
                    let due = heap.takeFirst(dueAt: now)
                    let least = model.map(\.moment).min()
                    #expect(due?.moment == least.flatMap { $0 <= now ? $0 : nil })
                    model.removeAll { $0.number == due?.number }
                }
                #expect(heap.count == model.count)
                #expect(heap.nextMoment == model.map(\.moment).min())
                let slots = model.compactMap(\.place.slot).sorted()
                #expect(slots == Array(0..<model.count))
            }
        }
    }
}
