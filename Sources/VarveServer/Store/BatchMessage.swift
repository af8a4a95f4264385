// A batch, or what a subscription chose of one, as a message: written from where its record lies.

import VarveConnect
import VarveStore

/// The writing of batches.
enum BatchMessage {
    /// The entries of a message that is being written.
    struct Entries {
        fileprivate var list: MessageList

        /// Adds a key with its value.
        mutating func append(
            _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws(MessageFault) {
            try KeyValue.write(key, value, to: list.append())
        }
    }

    /// A batch's message with the entries that `body` adds, behind `room` bytes.
    static func encode(
        _ sequence: UInt64, _ kind: StoreBatch.Kind, _ context: StoreWork.Context, room: Int = 0,
        _ body: (inout Entries) throws(MessageFault) -> Void
    ) throws(ConnectError) -> [UInt8] {
        do throws(MessageFault) {
            return try context.call.format.write(.batchResponse, room: room) {
                (builder) throws(MessageFault) in
                builder.set(1, sequence)
                var entries = Entries(list: MessageList(2, of: builder))
                try body(&entries)
                try entries.list.store()
                builder.set(100, kind == .delete)
            }
        } catch {
            throw ConnectError(error)
        }
    }
}
