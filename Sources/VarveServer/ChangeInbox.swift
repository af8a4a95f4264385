// Where changes of watched streams arrive for one event loop, from whichever thread makes them.

import Synchronization
import VarveLog
import VarveNetwork
import VarveStreams

/// The changes that one event loop has not looked at yet.
///
/// Thread rule: `changed` is called under a stream's lock on any thread and only takes a note; the
/// loop takes the notes. A note that comes after its change became durable wakes the loop itself,
/// because no commit will (engine rule 24).
final class ChangeInbox: StreamListener {
    /// One change.
    struct Note {
        /// The stream that changed.
        let stream: Stream
        /// When the change becomes visible.
        let lsn: LSN
    }

    private let notes: Mutex<[Note]> = Mutex([])
    private let hasNotes = Atomic<Bool>(false)
    private let log: EventLog
    private let loop: EventLoop

    /// An empty inbox of `loop` for the streams of `log`.
    init(log: EventLog, loop: EventLoop) {
        self.log = log
        self.loop = loop
    }

    func changed(_ stream: Stream, at lsn: LSN) {
        notes.withLock { $0.append(Note(stream: stream, lsn: lsn)) }
        hasNotes.store(true, ordering: .sequentiallyConsistent)
        if log.durable >= lsn { loop.wake() }
    }

    /// Takes all notes; on the loop.
    func take() -> [Note] {
        guard hasNotes.load(ordering: .acquiring) else { return [] }
        return notes.withLock { notes in
            hasNotes.store(false, ordering: .relaxed)
            defer { notes.removeAll() }
            return notes
        }
    }
}
