import VarveLog

/// What makes a stream of the model a fork.
struct ModelFork: Equatable {
    /// The stream it is a fork of.
    var source: UInt64
    /// That stream's name.
    var sourceName: String
    /// The place it was asked for at.
    var anchor: StreamPosition
    /// How much behind that place: bytes, or JSON messages.
    var subOffset: UInt64
    /// Where its own records begin.
    var border: StreamPosition
}
