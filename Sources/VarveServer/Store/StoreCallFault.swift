import VarveConnect

/// Why a request cannot be called at all.
enum StoreCallFault: Error {
    /// No such method of HTTP.
    case method
    /// No such content type.
    case contentType
    /// The protocol's headers or parameters are wrong.
    case connect(ConnectError)
}
