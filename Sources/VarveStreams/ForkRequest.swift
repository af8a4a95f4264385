package import VarveLog

/// Where a fork was asked to begin; kept, so that the same request again is recognised.
package struct ForkRequest: Equatable, Sendable {
    /// The offset asked for, or the source's tail of that moment when none was.
    package var anchor: StreamPosition
    /// `Stream-Fork-Sub-Offset`: bytes, or JSON messages, behind it.
    package var subOffset: UInt64
}
