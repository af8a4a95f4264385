import Synchronization
import VarvePlatform
import VarveStorage

/// An open file whose operations fail as a plan says.
final class FaultyBackend: StorageBackend, ImmediateReader, ReservingBackend {
    private let base: any StorageBackend
    private let plan: FaultPlan
    private let name: String
    /// The failure after which no other change is allowed.
    private let poison = Mutex<StorageError?>(nil)

    init(_ base: any StorageBackend, plan: FaultPlan, name: String) {
        self.base = base
        self.plan = plan
        self.name = name
    }

    var size: UInt64 { base.size }

    func read(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        try fail(at: offset, into: buffer)
        try base.read(at: offset, into: buffer)
    }

    func readImmediately(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Bool {
        guard let base = base as? any ImmediateReader, !plan.refusesImmediateReads else {
            return false
        }
        try fail(at: offset, into: buffer)
        return try base.readImmediately(at: offset, into: buffer)
    }

    /// Throws when the plan says that this read fails; a short one fills a part of the buffer.
    private func fail(
        at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) {
        guard let fault = plan.begin(.read, name) else { return }
        if fault == .shortRead {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(buffer.count / 2)])
            try base.read(at: offset, into: part)
        }
        throw fault.error(.read, path: name)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> UInt64 {
        try change(.write) { (fault) throws(StorageError) in
            guard let fault else { return try base.append(bytes) }
            if !plan.isFrozen {
                let part = plan.partWritten(of: bytes.count)
                _ = try base.append(UnsafeRawBufferPointer(rebasing: bytes[..<part]))
            }
            throw fault.error(.write, path: name)
        }
    }

    func write(
        _ vectors: UnsafeBufferPointer<UnsafeRawBufferPointer>, at offset: UInt64
    ) throws(StorageError) {
        guard offset <= size else { throw .writePastEnd(path: name, offset: offset, size: size) }
        try change(.write) { (fault) throws(StorageError) in
            guard let fault else { return try base.write(vectors, at: offset) }
            if !plan.isFrozen {
                let all = vectors.flatMap { Array($0) }
                let part = Array(all.prefix(plan.partWritten(of: all.count)))
                try part.withBytes { (bytes) throws(StorageError) in
                    try base.write(bytes, at: offset)
                }
            }
            throw fault.error(.write, path: name)
        }
    }

    func flush() throws(StorageError) {
        if let failure = poison.withLock({ $0 }) { throw .poisoned(path: name, cause: failure) }
        try base.flush()
    }

    func sync() throws(StorageError) {
        try change(.sync) { (fault) throws(StorageError) in
            guard let fault else { return try base.sync() }
            if fault == .pretending { return }
            if !plan.isFrozen, let lossy = base as? any LossySync {
                try lossy.loseSync(random: plan.lossNumbers())
            }
            throw fault.error(.sync, path: name)
        }
    }

    func reserve(_ byteCount: UInt64) throws(StorageError) {
        try change(.reserve) { (fault) throws(StorageError) in
            if let fault { throw fault.error(.reserve, path: name) }
            try (base as? any ReservingBackend)?.reserve(byteCount)
        }
    }

    func truncate(to size: UInt64) throws(StorageError) {
        guard size <= self.size else {
            throw .truncatePastEnd(path: name, requested: size, size: self.size)
        }
        try change(.truncate) { (fault) throws(StorageError) in
            if let fault { throw fault.error(.truncate, path: name) }
            try base.truncate(to: size)
        }
    }

    /// Counts a change, does it, and remembers its failure.
    private func change<R>(
        _ operation: FaultPlan.Operation, _ body: (FaultPlan.Fault?) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        if let failure = poison.withLock({ $0 }) { throw .poisoned(path: name, cause: failure) }
        let fault = plan.begin(operation, name)
        do {
            return try body(fault)
        } catch {
            poison.withLock { $0 = $0 ?? error }
            throw error
        }
    }
}

extension Array where Element == UInt8 {
    /// Calls `body` with the bytes; errors keep their type.
    fileprivate func withBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        let outcome = withUnsafeBytes { bytes in
            Result { () throws(StorageError) in try body(bytes) }
        }
        return try outcome.get()
    }
}
