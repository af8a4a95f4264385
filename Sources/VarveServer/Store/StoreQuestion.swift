// What a request of the store asks for, read where there is time for it.

import VarveConnect
import VarveHTTP

/// What a request asks for: of a small message read and checked on the loop, so that what is wrong
/// is told at once; of a large one by the pool that answers, so that nobody waits behind it.
struct StoreQuestion<Asked: Sendable>: Sendable {
    private enum Content {
        case read(Asked)
        case unread(@Sendable () throws(ConnectError) -> Asked)
    }

    private let content: Content

    /// Reads a small message, or takes a large one out of its request.
    ///
    /// - Parameter check: makes what is asked for of the message, or says what is wrong.
    init<Message: ReadableMessage & SendableMetatype>(
        _ type: Message.Type, _ request: borrowing RequestView, _ call: StoreCall,
        _ check: @escaping @Sendable (Message) throws(ConnectError) -> Asked
    ) throws(ConnectError) {
        if StoreMessage.isSmall(call, request) {
            content = .read(
                try check(
                    try StoreMessage.with(call, request) { (bytes) throws(ConnectError) in
                        try StoreMessage.decode(type, call, bytes)
                    }))
            return
        }
        let body = Array(request.body)
        content = .unread { () throws(ConnectError) in
            let message = try body.span.withUnsafeBytes { (body) throws(ConnectError) in
                try StoreMessage.with(call, body: body) { (bytes) throws(ConnectError) in
                    try StoreMessage.decode(type, call, bytes)
                }
            }
            return try check(message)
        }
    }

    /// What is asked for, if it was read at once.
    var askedAtOnce: Asked? {
        if case .read(let asked) = content { asked } else { nil }
    }

    /// What is asked for; may take long, so only the pool calls it.
    func asked() throws(ConnectError) -> Asked {
        switch content {
        case .read(let asked): return asked
        case .unread(let read): return try read()
        }
    }
}
