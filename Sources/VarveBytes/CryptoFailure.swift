/// A call of OpenSSL that failed although its input was right: lack of memory, or a library built
/// without the algorithm.
package struct CryptoFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the function.
    package let call: String

    /// A failure of the function `call`.
    package init(call: String) {
        self.call = call
    }

    /// One line that names the function.
    package var description: String { "\(call) failed" }
}
