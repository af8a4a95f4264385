import Synchronization
import VarveBytes

/// Heads obtained earlier, and what a verification finds at their places.
///
/// Thread rule: any thread.
final class HeadWatch: Sendable {
    /// A head to be looked for in one stream.
    struct Place: Sendable {
        /// Which of the heads.
        let index: Int
        /// Where.
        let position: StreamPosition
        /// What must be there.
        let head: ChainHash
    }

    /// What was found at a head's place.
    enum Sighting {
        /// The chain was never followed to there.
        case nothing
        /// The chain had only other heads there.
        case other
        /// It had this head.
        case equal
    }

    private let places: [UInt64: [Place]]
    private let sightings: Mutex<[Sighting]>

    /// Looks for `heads`.
    init(_ heads: [SignedHead]) {
        var places: [UInt64: [Place]] = [:]
        for (index, head) in heads.enumerated() {
            let statement = head.statement
            places[statement.stream.rawValue, default: []].append(
                Place(index: index, position: statement.position, head: statement.head))
        }
        self.places = places
        sightings = Mutex([Sighting](repeating: .nothing, count: heads.count))
    }

    /// What is looked for in a stream; nil when nothing is, as in nearly all.
    func places(of stream: UInt64) -> [Place]? {
        places.isEmpty ? nil : places[stream]
    }

    /// The chain of the stream that `places` are of, computed anew, has `head` at `position`.
    ///
    /// Several times at one position where control records lie.
    func see(_ places: [Place], at position: StreamPosition, _ head: ChainHash) {
        for place in places where place.position == position {
            sightings.withLock { sightings in
                guard sightings[place.index] != .equal else { return }
                sightings[place.index] = place.head == head ? .equal : .other
            }
        }
    }

    /// What was found at the place of one head.
    func sighting(_ index: Int) -> Sighting { sightings.withLock { $0[index] } }
}
