import CVarve
import Glibc
import Synchronization

/// A program started by this one, to be waited for or ended: what crash tests are made of.
package final class ChildProcess: Sendable {
    /// How a child ended.
    package enum Ending: Equatable, Sendable {
        /// It exited with this code.
        case exited(Int32)
        /// This signal ended it.
        case signalled(Int32)
    }

    /// The child's number.
    package let identifier: Int32
    private let ending = Mutex<Ending?>(nil)

    /// Starts a program (posix_spawnp).
    ///
    /// - Parameters:
    ///   - path: a path, or a name to be looked for in PATH.
    ///   - arguments: without the program's own name.
    ///   - environment: `NAME=value` entries to be added to this process's own.
    ///   - input: a descriptor for its standard input; nil leaves it this process's. The same for
    ///     `output` and `error`.
    package init(
        _ path: String, arguments: [String] = [], environment: [String] = [],
        input: Int32? = nil, output: Int32? = nil, error: Int32? = nil
    ) throws(SystemError) {
        var pid: pid_t = 0
        let code = Self.withCStrings([path] + arguments) { arguments in
            Self.withCStrings(environment + Self.ownEnvironment) { environment in
                varve_spawn(
                    &pid, path, arguments, environment, input ?? -1, output ?? -1, error ?? -1)
            }
        }
        guard code == 0 else { throw SystemError(call: "posix_spawnp", code: code, path: path) }
        identifier = pid
    }

    /// Sends a signal (kill): SIGKILL unless said otherwise. Nothing happens once it has ended.
    package func kill(signal: Int32 = SIGKILL) {
        ending.withLock { ending in
            if ending == nil { _ = Glibc.kill(identifier, signal) }
        }
    }

    /// Asks the child to end (SIGTERM).
    package func terminate() {
        kill(signal: SIGTERM)
    }

    /// Waits until the child has ended (waitpid); any number of calls give the same answer.
    package func wait() throws(SystemError) -> Ending {
        // The wait itself is outside the lock, and leaves the zombie, so that its number cannot be
        // another process's when `kill` uses it; reaping and recording are one step inside.
        var information = siginfo_t()
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0 {
            if let known = ending.withLock({ $0 }) { return known }
            if errno != EINTR { throw .last("waitid") }
        }
        let recorded: Ending? = ending.withLock { ending in
            if ending == nil {
                var status: Int32 = 0
                guard waitpid(identifier, &status, 0) == identifier else { return nil }
                let code = varve_exit_code(status)
                ending = code >= 256 ? .signalled(code - 256) : .exited(code)
            }
            return ending
        }
        guard let recorded else { throw .last("waitpid") }
        return recorded
    }

    /// A pipe whose ends do not go to children by themselves (pipe2).
    package static func pipe() throws(SystemError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard varve_pipe(&ends) == 0 else { throw .last("pipe2") }
        return Pipe(reading: Descriptor(owning: ends[0]), writing: Descriptor(owning: ends[1]))
    }

    private static var ownEnvironment: [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next += 1
        }
        return entries
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> R
    ) -> R {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        pointers.append(nil)
        defer {
            for pointer in pointers { free(pointer) }
        }
        return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    }
}
