import VarveLog

/// One line of a listing.
package struct StreamSummary {
    /// The stream's name.
    package var name: String
    /// Its description.
    package var head: StreamHead
}
