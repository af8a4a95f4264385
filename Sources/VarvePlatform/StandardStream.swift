import Glibc

/// The three streams a process is started with.
package enum StandardStream: Int32, Sendable {
    /// Standard input.
    case input = 0
    /// Standard output.
    case output = 1
    /// Standard error.
    case error = 2

    /// True when a person sits at the other end (isatty).
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Reads what is there, waiting for the first byte (read); 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(rawValue, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw .last("read", path: name) }
        }
    }

    /// Writes all of `bytes` (write).
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(
                rawValue, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw .last("write", path: name)
            }
        }
    }

    /// Writes all of `text` (write).
    package func write(_ text: String) throws(SystemError) {
        var text = text
        let outcome = text.withUTF8 { bytes in
            Result { () throws(SystemError) in try write(UnsafeRawBufferPointer(bytes)) }
        }
        try outcome.get()
    }

    private var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .error: "standard error"
        }
    }
}
