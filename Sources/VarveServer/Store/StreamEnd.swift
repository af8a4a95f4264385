// The end of a stream of answers.

import VarveConnect
import VarveNetwork

/// The envelope that ends an open stream and tells how it went.
struct StreamEnd {
    private let envelope: SharedBytes

    /// The end of a stream that failed, or of one that is complete.
    init(_ error: ConnectError?) {
        envelope = StoreAnswer.end(error).withUnsafeBytes { SharedBytes(copying: $0) }
    }

    /// Ends a stream. False when there is no room for the envelope yet: `writable` of the stream's
    /// owner tells when to try again.
    func send(over exchange: Exchange) -> Bool {
        guard exchange.writeStream(envelope) else { return false }
        exchange.endStream()
        return true
    }
}
