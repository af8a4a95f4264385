import Foundation
import Glibc
package import VarvePlatform

/// A `varve serve` of this build, running as a child process on a port of its own.
package final class ServerProcess: Sendable {
    /// Why a server did not come up.
    package enum Failure: Error, CustomStringConvertible {
        /// It ended before it was ready.
        case ended(ChildProcess.Ending, errors: String)
        /// It was not ready in time.
        case notReady(errors: String)

        package var description: String {
            switch self {
            case .ended(let how, let errors):
                "the server ended (\(how)) before it was ready: \(errors)"
            case .notReady(let errors): "the server was not ready in time: \(errors)"
            }
        }
    }

    /// The child.
    package let program: RunningProgram

    /// The port it was told to listen on.
    package let port: UInt16

    /// Starts a server with `arguments` after `serve --listen 127.0.0.1:<port>`, without waiting
    /// for it. It may have `descriptorsMax` open descriptors if that is given.
    package init(
        _ arguments: [String], environment: [String: String] = [:], directory: String? = nil,
        descriptorsMax: Int? = nil
    ) throws {
        port = Loopback.freePort()
        let serve = ["serve", "--listen", "127.0.0.1:\(port)"] + arguments
        let path = BuiltProgram.path("varve")
        guard let descriptorsMax else {
            program = try RunningProgram(
                path, serve, environment: environment, directory: directory)
            return
        }
        // The limits that a shell sets hold for what it becomes.
        program = try RunningProgram(
            "/bin/sh", ["-c", "ulimit -n \(descriptorsMax); exec \"$0\" \"$@\"", path] + serve,
            environment: environment, directory: directory)
    }

    /// Starts a server on `dataDirectory` and waits until it is ready.
    package static func ready(
        dataDirectory: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil
    ) throws -> ServerProcess {
        let server = try ServerProcess(
            ["--data-dir", dataDirectory] + arguments, environment: environment,
            directory: directory)
        try server.waitUntilReady()
        return server
    }

    /// Waits until `GET /ready` answers 200.
    package func waitUntilReady(seconds: Int = 300) throws {
        let isReady = try Deadline(seconds: seconds).wait {
            if program.hasEnded {
                throw Failure.ended(try program.child.wait(), errors: program.errors)
            }
            guard let connection = try? RawConnection(port: port) else { return false }
            return (try? connection.request("GET", "/ready").status) == 200
        }
        if !isReady { throw Failure.notReady(errors: program.errors) }
    }

    /// A new connection to the server.
    package func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// Kills the server without warning and waits until it is gone.
    package func killWithoutWarning() throws {
        program.child.kill()
        _ = try program.child.wait()
    }

    /// Asks the server to stop and waits until it has.
    package func stop() throws -> ChildProcess.Ending {
        program.child.terminate()
        return try program.child.wait()
    }
}
