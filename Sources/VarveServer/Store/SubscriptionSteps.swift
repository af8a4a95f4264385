// What a subscription comes to in one go of the pool: frames for what it chose, and why it paused.

import VarveConnect
import VarveStore

/// The outcome of looking at the next batches.
struct SubscriptionSteps: Sendable {
    /// Why the pool paused.
    enum Pause: Sendable {
        /// There is more to look at.
        case more
        /// Everything that readers see was looked at.
        case caughtUp
        /// It cannot go on.
        case failed(ConnectError)
    }

    /// From so many bytes on frames are sent before more are made.
    static let frameBytesMin = 256 << 10

    /// The frames, one behind the other, each in its envelope.
    private(set) var bytes: [UInt8] = []
    /// The first batch that was looked at.
    let first: UInt64
    /// How many they are.
    private(set) var count = 0
    /// The last batch that was looked at.
    private(set) var seen: UInt64 = 0
    /// Why it is not more.
    private(set) var pause = Pause.more

    /// Looks at the next batches of `subscription`; may wait for the disk.
    init(_ subscription: StoreSubscription, _ context: StoreWork.Context) {
        first = subscription.nextSequence
        do throws(ConnectError) {
            try take(subscription, context)
        } catch {
            pause = .failed(error)
        }
        seen = subscription.nextSequence - 1
    }

    private mutating func take(
        _ subscription: StoreSubscription, _ context: StoreWork.Context
    ) throws(ConnectError) {
        while bytes.count < Self.frameBytesMin {
            let step = try context.wrap { () throws(StoreError) in try subscription.step() }
            switch step {
            case .delivery(let delivery):
                let message = try BatchMessage.encode(
                    delivery.sequence, delivery.kind, context, room: Envelope.headBytes
                ) { (entries) throws(MessageFault) in
                    try delivery.forEach { (key, value) throws(MessageFault) in
                        try entries.append(key, value)
                    }
                }
                bytes += StoreAnswer.envelope(message, context.call)
                count += 1
            case .looked: return
            case .caughtUp:
                pause = .caughtUp
                return
            }
        }
    }
}
