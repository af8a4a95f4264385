/// Something that a log must never do, and did.
package struct Violation: Error, CustomStringConvertible {
    /// Which promise was broken, and what was found.
    package let description: String

    /// A violation of the promise that `description` names.
    package init(_ description: String) {
        self.description = description
    }

    /// Throws unless a promise holds.
    static func require(
        _ holds: Bool, _ promise: @autoclosure () -> String
    ) throws(Violation) {
        if !holds { throw Violation(promise()) }
    }
}
