import VarvePlatform

/// Small files that hold a key: only their owner may read them.
package enum SecretFile {
    /// The bytes of a file of at most `bytesMax`.
    ///
    /// Throws `secretExposed` when others may read it or write to it, before anything is read.
    package static func read(_ path: String, bytesMax: Int) throws(StorageError) -> [UInt8] {
        let descriptor = try StorageError.wrapping(path) { () throws(SystemError) in
            try File.open(path)
        }
        let (mode, size) = try StorageError.wrapping(path) { () throws(SystemError) in
            (try File.othersMode(descriptor.raw), try File.size(descriptor.raw))
        }
        guard mode == 0 else { throw .secretExposed(path: path) }
        guard size <= UInt64(bytesMax) else {
            throw .invalidKey(
                path: path, detail: "expected at most \(bytesMax) bytes, found \(size)")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: 1)
        defer {
            // What was read is a secret: its first home is overwritten.
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            buffer.deallocate()
        }
        let count = try StorageError.wrapping(path) { () throws(SystemError) in
            try File.read(descriptor.raw, at: 0, into: buffer)
        }
        return Array(buffer.prefix(count))
    }

    /// Makes a file with `bytes` that only its owner may read, and puts it on stable storage; it
    /// must not exist. Its name is durable after its directory was synced.
    package static func create(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(StorageError)
    {
        try StorageError.wrapping(path) { () throws(SystemError) in
            let descriptor = try File.createSecret(path)
            try File.write(descriptor.raw, bytes, at: 0)
            try File.synchronize(descriptor.raw)
        }
    }
}
