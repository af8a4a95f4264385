import CVarve
import Glibc
import Synchronization

/// A thread of our own, with a name that `top -H` and debuggers show.
///
/// Its handle is for joining only; dropping it lets the thread go on alone.
package final class NamedThread: Sendable {
    private enum State {
        case running(pthread_t)
        case joined
    }

    private let state: Mutex<State>

    private init(_ thread: pthread_t) {
        state = Mutex(.running(thread))
    }

    deinit {
        state.withLock { state in
            if case .running(let thread) = state { pthread_detach(thread) }
        }
    }

    /// Starts a thread that runs `body` once (pthread_create).
    ///
    /// - Parameters:
    ///   - name: the first 15 bytes are shown.
    ///   - stackBytes: the size of its stack; at least 64 KiB.
    ///   - niceness: how much of a processor it leaves to other threads that want it: 0, as much as
    ///     they leave to it, to 19 (setpriority).
    package static func start(
        name: String, stackBytes: Int = 1 << 20, niceness: Int = 0,
        body: @Sendable @escaping () -> Void
    ) throws(SystemError) -> NamedThread {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, max(stackBytes, 64 << 10))
        let work = Unmanaged.passRetained(Work(name: name, niceness: niceness, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemError(call: "pthread_create", code: code, path: name)
        }
        return NamedThread(thread)
    }

    /// Waits until the body has returned; a second call returns at once.
    package func join() {
        let thread: pthread_t? = state.withLock { state in
            guard case .running(let thread) = state else { return nil }
            state = .joined
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// What a new thread is handed.
    private final class Work: Sendable {
        private let name: String
        private let niceness: Int
        private let body: @Sendable () -> Void

        init(name: String, niceness: Int, body: @Sendable @escaping () -> Void) {
            self.name = name
            self.niceness = niceness
            self.body = body
        }

        func run() {
            varve_name_thread(name)
            if niceness > 0 { varve_yield_to_others(CInt(min(19, niceness))) }
            body()
        }
    }
}
