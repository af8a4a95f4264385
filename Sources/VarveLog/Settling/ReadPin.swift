/// What a read holds so that the files it looks into stay as they are.
///
/// Reads that begin between two retirements share a pin. A pin that was replaced keeps its
/// successor, so what was retired later waits for it too. Thread rule: its two fields are set by
/// `ReadPins` before it gives up its own reference, and then only read.
//
// @unchecked Sendable: see the thread rule.
final class ReadPin: @unchecked Sendable {
    var next: ReadPin?
    var release: (@Sendable () -> Void)?

    /// A pin that nothing holds yet.
    init() {}

    deinit {
        release?()
    }
}
