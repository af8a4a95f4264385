// HEAD: what a stream is and where it ends.

import VarveHTTP
import VarveLog
import VarveStreams

/// The operation behind HEAD.
enum Head {
    /// Answers a request for the metadata of `name`.
    static func answer(
        _ request: borrowing RequestView, name: UnsafeRawBufferPointer, _ responder: Responder
    ) {
        do throws(StreamRefusal) {
            let stream = try responder.core.engine.lookUp(name, blocking: false)
            let head = try responder.core.engine.head(stream)
            responder.send(.ok, gate: head.visibleAt) { writer in
                writer.header("Content-Type", head.contentType.bytes)
                writer.header("Stream-Next-Offset", hexadecimal: head.tail.record, head.tail.byte)
                writer.lines("Cache-Control: no-store\r\n")
                if head.earliest != .start {
                    writer.header(
                        "Stream-Earliest-Offset", hexadecimal: head.earliest.record,
                        head.earliest.byte)
                }
                if let bytes = head.retention.bytes {
                    writer.header("Stream-Retain-Bytes", decimal: bytes)
                }
                if let seconds = head.retention.seconds {
                    writer.header("Stream-Retain-Seconds", decimal: seconds)
                }
                if head.compression != .none {
                    writer.header("Stream-Compression") { $0.append(head.compression.word) }
                }
                if head.isClosed { writer.lines("Stream-Closed: true\r\n") }
                switch head.lifetime {
                case .unlimited: break
                case .sliding(let seconds): writer.header("Stream-TTL", decimal: seconds)
                case .absolute(let milliseconds):
                    writer.header(
                        "Stream-Expires-At",
                        text: head.lifetimeText ?? InternetTime.string(milliseconds))
                }
            }
        } catch {
            if error.needsDisk { return ColdStream.load(name, request, responder) }
            responder.refuse(Refusal(error))
        }
    }
}
