// Stopping without losing an answer.

extension EventLoop {
    /// Stops accepting, closes idle connections, tells owners to finish, and closes the rest as
    /// it finishes; whatever is left after `limitMilliseconds` is closed. Then calls `done`, on
    /// the loop.
    func drain(limitMilliseconds: UInt64, _ done: @escaping @Sendable () -> Void) {
        whenDrained.append(done)
        guard !isDraining else { return }
        // Clients that are connected already are answered.
        acceptsMore = listener >= 0
        while acceptsMore { acceptConnections() }
        closeListener()
        isDraining = true
        _ = timers.schedule(at: now &+ limitMilliseconds &* 1_000_000, .drain)
        for token in table.tokens {
            guard let connection = table.find(token) else { continue }
            if connection.pointee.phase == .receiving {
                // What has arrived by now is not idle.
                connection.pointee.mayReceive = true
                advance(connection)
            }
            markDirty(connection)
        }
        for token in table.tokens {
            guard let connection = table.find(token) else { continue }
            connection.pointee.owner?.finish()
        }
    }

    /// The time for draining is over.
    func closeAll() {
        for token in table.tokens {
            if let connection = table.find(token) { close(connection) }
        }
    }

    /// Tells whoever waits that there is no connection left.
    func reportDrained() {
        let waiting = whenDrained
        whenDrained = []
        for done in waiting { done() }
    }
}
