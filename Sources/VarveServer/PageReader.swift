// Finding a page and its bytes, without ever waiting for the disk on an event loop.

import VarveBytes
import VarveLog
import VarveStreams

/// Where the bytes of a page are.
enum PageBytes {
    /// In the loop's scratch memory; valid until the next page is read.
    case scratch(UnsafeRawBufferPointer)
    /// In the log's memory and its files, in pieces that their owners keep.
    case pieces([ReadSlice])
    /// In memory of their own.
    case owned(FrozenBytes)
}

/// Reads pages on one event loop.
///
/// Thread rule: its loop only, except `readBlocking`.
enum PageReader {
    /// Pages of at most this many bytes are copied.
    static let scratchBytes = 64 << 10
    /// The smallest mean size of pieces that are worth sending from where they lie.
    private static let pieceBytesMin = 2 << 10
    /// The same where some of them are in files, which cost a system call each.
    private static let filePieceBytesMin = 32 << 10

    /// Reads a page; nil when the disk has to be waited for, which is the pool's work.
    ///
    /// - Parameter mayBeInFile: whether the page is of use when it is in a file.
    static func read(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, mayBeInFile: Bool = true,
        _ state: LoopState
    ) throws(StreamRefusal) -> (info: PageInfo, bytes: PageBytes)? {
        let engine = state.core.engine
        if let small = try engine.readSmall(
            stream, from: start, maxBytes: min(maxBytes, scratchBytes), into: state.scratch)
        {
            let bytes = UnsafeRawBufferPointer(rebasing: state.scratch[..<small.byteCount])
            return (PageInfo(small), .scratch(bytes))
        }
        do throws(StreamRefusal) {
            let read = try engine.beginRead(stream, from: start, maxBytes: maxBytes)
            guard let bytes = try bytes(of: read, mayBeInFile: mayBeInFile, state) else {
                return nil
            }
            return (PageInfo(read), bytes)
        } catch {
            if case .log(.wouldBlock) = error.error { return nil }
            throw error
        }
    }

    /// Reads a page, waiting for the disk; on the pool.
    static func readBlocking(
        _ stream: Stream, from start: ReadStart, maxBytes: Int, _ engine: StreamEngine
    ) throws(StreamRefusal) -> (info: PageInfo, bytes: FrozenBytes) {
        let read = try engine.beginRead(stream, from: start, maxBytes: maxBytes, blocking: true)
        do throws(LogError) {
            let bytes = try FrozenBytes(count: read.run.byteCount) { (memory) throws(LogError) in
                try read.run.gatherBlocking(into: memory)
            }
            return (PageInfo(read), bytes)
        } catch {
            throw StreamRefusal(.log(error), visibleAt: read.view.visibleAt)
        }
    }

    /// The bytes of `read` by the shortest way; nil when some of them have to be waited for.
    private static func bytes(
        of read: StreamRead, mayBeInFile: Bool, _ state: LoopState
    ) throws(StreamRefusal) -> PageBytes? {
        let run = read.run
        do throws(LogError) {
            if run.byteCount <= state.scratch.count {
                let isThere = try run.gather(into: state.scratch)
                let bytes = UnsafeRawBufferPointer(rebasing: state.scratch[..<run.byteCount])
                return isThere ? .scratch(bytes) : nil
            }
            let isSettled = run.isPartlySettled
            let bytesMin = isSettled ? filePieceBytesMin : pieceBytesMin
            if run.meanPieceBytes >= bytesMin, mayBeInFile || !isSettled,
                let slices = try run.slices
            {
                return .pieces(slices)
            }
            var isThere = false
            let bytes = try FrozenBytes(count: run.byteCount) { (memory) throws(LogError) in
                isThere = try run.gather(into: memory)
            }
            return isThere ? .owned(bytes) : nil
        } catch {
            if case .wouldBlock = error { return nil }
            throw StreamRefusal(.log(error), visibleAt: read.view.visibleAt)
        }
    }
}
