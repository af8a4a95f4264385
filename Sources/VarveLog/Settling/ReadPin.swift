/// What a read holds so that the files it looks into stay as they are.
///
/// Reads that begin between two retirements share a pin. Thread rule: any thread.
final class ReadPin: Sendable {
    private let number: UInt64
    private let retirements: Retirements

    /// The pin of everybody who comes before the retirement of that number.
    init(_ number: UInt64, _ retirements: Retirements) {
        self.number = number
        self.retirements = retirements
    }

    deinit {
        retirements.end(number)
    }
}
