/// Who does a log's work in the background: writing groups, preparing files.
package enum WorkerMode: Sendable {
    /// Threads of the log's own.
    case threads
    /// Whoever opened it, by calling `stepFlusher` and `stepPreparer`: for simulations, whose runs
    /// repeat exactly because only one thread acts.
    case stepped
}
