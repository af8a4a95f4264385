/// A call of OpenSSL that failed although its input was right: lack of memory, or a library built
/// without the algorithm.
public struct CryptoFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the function.
    public let call: String

    /// A failure of the function `call`.
    package init(call: String) {
        self.call = call
    }

    /// One line that names the function.
    public var description: String { "\(call) failed" }
}
