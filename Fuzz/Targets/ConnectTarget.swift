// The Connect protocol: envelopes, messages in binary and in JSON, compressed messages and errors.
// No input may trap, and what is read is what is written.

import VarveConnect

extension FuzzTarget {
    /// The first byte is the size of the pieces, the rest is a stream of envelopes.
    static let connectEnvelope = FuzzTarget(name: "connect-envelope") { data, size in
        var input = FuzzInput(data, size)
        let piece = Int(input.takeByte()) + 1
        let whole = DecodedEnvelopes(input.rest, pieceBytes: input.rest.count + 1)
        demand(whole == DecodedEnvelopes(input.rest, pieceBytes: piece), "a split changes nothing")
        let bytes = whole.envelopes.flatMap(\.bytes)
        demand(input.rest.starts(with: bytes), "what is read is written the same")
        return 0
    }

    /// The first byte chooses the type, the rest is a message in binary.
    static let connectProto = FuzzTarget(name: "connect-proto") { data, size in
        demandRoundTrip(FuzzInput(data, size), .proto)
        return 0
    }

    /// The first byte chooses the type, the rest is a message in JSON.
    static let connectJSON = FuzzTarget(name: "connect-json") { data, size in
        demandRoundTrip(FuzzInput(data, size), .json)
        return 0
    }

    /// The first byte chooses the coding, the rest is a compressed message.
    static let connectCoding = FuzzTarget(name: "connect-coding") { data, size in
        var input = FuzzInput(data, size)
        let coding: ContentCoding = input.takeByte() & 1 == 0 ? .gzip : .zstd
        let limit = 64 << 10
        withExactCopy(input.rest) { bytes in
            if let plain = try? coding.decompress(bytes, limit: limit) {
                demand(plain.count <= limit, "no more than the limit comes out")
            }
            guard let packed = coding.compress(bytes) else { return }
            let again = packed.withUnsafeBytes { try? coding.decompress($0, limit: bytes.count) }
            demand(again.map { $0.elementsEqual(bytes) } ?? false, "what is compressed comes out")
        }
        return 0
    }

    /// The body of an answer with an error, or the end of a stream.
    static let connectError = FuzzTarget(name: "connect-error") { data, size in
        withExactCopy(FuzzInput(data, size).rest) { bytes in
            _ = try? ConnectError.readEndOfStream(bytes)
            guard let error = ConnectError(json: bytes) else { return }
            let again = error.json.withUnsafeBytes { ConnectError(json: $0) }
            demand(again == error, "an error that is written is read")
        }
        return 0
    }

    /// Reads a message; what it is written as, in either encoding, reads as the same message.
    private static func demandRoundTrip(_ input: FuzzInput, _ format: MessageFormat) {
        var input = input
        let type = MessageType.all[Int(input.takeByte()) % MessageType.all.count]
        func convert(
            _ bytes: [UInt8], _ source: MessageFormat, _ target: MessageFormat
        ) -> [UInt8]? {
            bytes.withUnsafeBytes {
                try? MessageFormat.convert($0, type, from: source, to: target)
            }
        }
        let binary = withExactCopy(input.rest) {
            try? MessageFormat.convert($0, type, from: format, to: .proto)
        }
        guard let binary else { return }
        let again = convert(binary, .proto, .proto)
        demand(again == binary, "a message in binary is written the same again")
        // Field 2000, a group, which no message has.
        let group: [UInt8] = [0x83, 0x7d, 0x08, 0x01, 0x84, 0x7d]
        let read = format == .json ? binary : Array(input.rest)
        demand(
            convert(group + read, .proto, .proto) == binary,
            "unknown fields change nothing")
        guard let json = convert(binary, .proto, .json) else {
            return demand(false, "what was read can be written as JSON")
        }
        // JSON has no unknown fields and merges no repeated keys of maps.
        if let read = convert(json, .json, .json) {
            demand(read == json, "a message in JSON is written the same again")
        }
    }
}

/// What taking a stream apart in pieces gives.
private struct DecodedEnvelopes: Equatable {
    var envelopes: [Envelope] = []
    var failed = false

    init(_ bytes: UnsafeRawBufferPointer, pieceBytes: Int) {
        var decoder = EnvelopeDecoder(messageBytesMax: 512)
        var start = 0
        while start < bytes.count && !failed {
            let piece = bytes[start..<min(start + pieceBytes, bytes.count)]
            withExactCopy(UnsafeRawBufferPointer(rebasing: piece)) { decoder.append($0) }
            start += pieceBytes
            do throws(EnvelopeFault) {
                while let envelope = try decoder.next() { envelopes.append(envelope) }
            } catch {
                failed = true
            }
        }
    }
}
