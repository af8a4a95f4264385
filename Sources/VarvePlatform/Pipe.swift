import Glibc

/// Both ends of a pipe.
package struct Pipe: ~Copyable, Sendable {
    /// The end bytes come out of; nil after `closeReading`.
    private var readingEnd: Descriptor?
    /// The end bytes go into; nil after `closeWriting`.
    private var writingEnd: Descriptor?
    /// The number of the reading end.
    package let reading: Int32
    /// The number of the writing end.
    package let writing: Int32

    init(reading: consuming Descriptor, writing: consuming Descriptor) {
        self.reading = reading.raw
        self.writing = writing.raw
        readingEnd = consume reading
        writingEnd = consume writing
    }

    /// Closes the reading end here.
    package mutating func closeReading() {
        readingEnd = nil
    }

    /// Closes the writing end here, so that the reader sees the end when the child closes its own.
    package mutating func closeWriting() {
        writingEnd = nil
    }

    /// Reads what is there, waiting for the first byte (read); 0 at the end.
    package borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(reading, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw .last("read") }
        }
    }
}
