import Foundation
import Glibc

/// A moment by which something must have happened, so that a broken server fails a test and never
/// hangs it.
package struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    /// The moment `seconds` from now.
    package init(seconds: Int) {
        end = ContinuousClock.now + .seconds(seconds)
    }

    /// Whether the moment has passed.
    package var hasPassed: Bool { ContinuousClock.now >= end }

    /// Asks `condition` every few milliseconds until it holds; false when the moment passed first.
    package func wait(for condition: () throws -> Bool) rethrows -> Bool {
        while true {
            if try condition() { return true }
            if hasPassed { return false }
            _ = poll(nil, 0, 5)
        }
    }
}
