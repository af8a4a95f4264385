// Taking new connections.

import VarvePlatform

extension EventLoop {
    /// The most connections taken in one turn.
    private static let batch = 64
    /// Connections over the limit that are told so; beyond them they are just closed.
    private static let excessMax = 64
    private static let retryMilliseconds: UInt64 = 100

    /// Takes what is waiting, up to a batch; the rest is taken in the next turn.
    func acceptConnections() {
        acceptsMore = false
        guard listener >= 0 else { return }
        for _ in 0..<Self.batch {
            do throws(SystemError) {
                guard let descriptor = try Socket.accept(listener) else { return }
                counters.accepted.add()
                take(descriptor)
            } catch {
                // Out of descriptors or memory: there is no event when there are some again.
                _ = timers.schedule(
                    at: now &+ Self.retryMilliseconds &* 1_000_000, .accept)
                return
            }
        }
        acceptsMore = true
    }

    /// Closes the listener, if there is one.
    func closeListener() {
        guard listener >= 0 else { return }
        Socket.stopListening(listener)
        _ = Descriptor(owning: listener)
        listener = -1
        acceptsMore = false
    }

    private func take(_ descriptor: Int32) {
        guard table.count < connectionsMax + Self.excessMax else {
            counters.refused.add()
            _ = Descriptor(owning: descriptor)
            return
        }
        let token = table.nextToken(descriptor)
        do throws(SystemError) {
            try poller.add(descriptor, token: token, for: [.readable, .writable, .peerClosed])
        } catch {
            counters.refused.add()
            _ = Descriptor(owning: descriptor)
            return
        }
        let isExcess = table.count >= connectionsMax
        let connection = table.insert(
            Connection(Transport(descriptor: descriptor), token: token))
        counters.connections.add()
        if isExcess {
            counters.refused.add()
            connection.pointee.keepsAlive = false
            refuse(connection, .tooManyConnections)
        } else {
            waitIdle(connection)
        }
    }
}
