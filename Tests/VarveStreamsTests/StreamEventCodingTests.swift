import Testing
import VarveLog

@testable import VarveStreams

@Suite("Event coding")
struct StreamEventCodingTests {
    /// The bytes of an event whose memory is that of the strings given.
    private func encode(_ event: StreamEvent) -> [UInt8] {
        withUnsafeTemporaryAllocation(byteCount: StreamEventCoding.bytesMax, alignment: 8) {
            Array(StreamEventCoding.encode(event, into: $0))
        }
    }

    private func creation(
        _ type: String, _ lifetime: StreamLifetime, _ text: String, closed: Bool,
        fork: ForkRequest? = nil, retention: StreamRetention = .everything
    ) -> [UInt8] {
        withBytes(type) { type in
            withBytes(text) { text in
                encode(
                    .create(
                        .init(
                            contentType: type, lifetime: lifetime, lifetimeText: text,
                            isClosed: closed, fork: fork, retention: retention)))
            }
        }
    }

    private func append(
        _ producer: (String, UInt64, UInt64)?, _ sequence: String?, closes: Bool
    ) -> [UInt8] {
        withBytes(producer?.0 ?? "") { id in
            withBytes(sequence ?? "") { value in
                var event = StreamEvent.Append(closes: closes)
                if let producer {
                    event.producer = ProducerTuple(
                        id: id, epoch: producer.1, sequence: producer.2)
                }
                if sequence != nil { event.sequence = value }
                return encode(.append(event))
            }
        }
    }

    @Test("the bytes are those of the format page")
    func knownBytes() {
        #expect(append(nil, nil, closes: false) == [])
        #expect(append(nil, nil, closes: true) == [2, 4])
        #expect(append(nil, "ab", closes: false) == [2, 2, 2, 0, 0x61, 0x62])
        #expect(
            append(("p", 1, 2), nil, closes: false)
                == [2, 1, 1, 0, 0x70, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        #expect(encode(.touch) == [3])
        #expect(encode(.delete(.requested)) == [4, 0])
        #expect(encode(.delete(.expired)) == [4, 1])
        #expect(encode(.trim(.requested)) == [5, 0])
        #expect(encode(.trim(.retention)) == [5, 1])
        #expect(
            creation(
                "a/b", .unlimited, "", closed: false,
                retention: StreamRetention(bytes: 256, seconds: 3))
                == [1, 48, 3, 0, 0x61, 0x2f, 0x62, 0, 1, 0, 0, 0, 0, 0, 0]
                + [3, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            creation("a/b", .sliding(seconds: 60), "", closed: true)
                == [1, 3, 3, 0, 0x61, 0x2f, 0x62, 60, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            creation("a/b", .sliding(seconds: 60), "", closed: false)
                == [1, 2, 3, 0, 0x61, 0x2f, 0x62, 60, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            creation(
                "a/b", .unlimited, "", closed: false,
                fork: ForkRequest(anchor: StreamPosition(record: 1, byte: 2), subOffset: 3))
                == [1, 8, 3, 0, 0x61, 0x2f, 0x62]
                + [1, 2, 3].flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] as [UInt8] })
        #expect(
            creation("a/b", .absolute(milliseconds: 256), "T", closed: false)
                == [1, 4, 3, 0, 0x61, 0x2f, 0x62, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0x54])
    }

    @Test("every creation reads back")
    func creations() throws {
        let lifetimes: [StreamLifetime] = [
            .unlimited, .sliding(seconds: 0), .sliding(seconds: StreamLifetime.secondsMax),
            .absolute(milliseconds: .max),
        ]
        for lifetime in lifetimes {
            for closed in [false, true] {
                let bytes = creation("text/plain", lifetime, "2024", closed: closed)
                try withBytes(bytes) { bytes in
                    guard case .create(let decoded) = try StreamEventCoding.decode(bytes) else {
                        Issue.record("not a creation")
                        return
                    }
                    #expect(String(decoding: decoded.contentType, as: UTF8.self) == "text/plain")
                    #expect(decoded.lifetime == lifetime)
                    #expect(decoded.isClosed == closed)
                    let hasText = if case .absolute = lifetime { true } else { false }
                    #expect(decoded.lifetimeText.count == (hasText ? 4 : 0))
                }
            }
        }
    }

    @Test("the longest events fit, and read back")
    func longest() throws {
        let id = String(repeating: "p", count: ProducerTuple.idBytesMax)
        let sequence = String(repeating: "s", count: AppendCommand.sequenceBytesMax)
        let most = ProducerTuple.numberMax
        try withBytes(append((id, most, most), sequence, closes: true)) { bytes in
            guard case .append(let decoded) = try StreamEventCoding.decode(bytes) else {
                Issue.record("not an append")
                return
            }
            #expect(decoded.producer.map { String(decoding: $0.id, as: UTF8.self) } == id)
            #expect(decoded.producer?.epoch == most)
            #expect(decoded.producer?.sequence == most)
            #expect(decoded.sequence.map { String(decoding: $0, as: UTF8.self) } == sequence)
            #expect(decoded.closes)
        }
        let type = "a/" + String(repeating: "b", count: ContentType.bytesMax - 2)
        let text = String(repeating: "9", count: InternetTime.bytesMax)
        let bytes = creation(type, .absolute(milliseconds: 1), text, closed: true)
        #expect(bytes.count < StreamEventCoding.bytesMax)
    }

    @Test("no prefix and no extension of an event is an event")
    func lengths() {
        let whole = [
            creation("a/b", .sliding(seconds: 9), "", closed: false),
            creation("a/b", .absolute(milliseconds: 9), "x", closed: true),
            creation(
                "a/b", .unlimited, "", closed: true,
                fork: ForkRequest(anchor: .start, subOffset: 1)),
            creation(
                "a/b", .unlimited, "", closed: true, retention: StreamRetention(seconds: 1)),
            [5, 1], append(("p", 1, 2), "s", closes: true), append(nil, nil, closes: true), [3],
            [4, 1],
        ]
        for bytes in whole {
            for count in 1..<bytes.count {
                #expect(throws: StreamEventCoding.Malformed.self) {
                    _ = try withBytes(Array(bytes[..<count])) {
                        _ = try StreamEventCoding.decode($0)
                    }
                }
            }
            #expect(throws: StreamEventCoding.Malformed.self) {
                _ = try withBytes(bytes + [0]) { _ = try StreamEventCoding.decode($0) }
            }
        }
    }

    @Test(
        "unknown tags, flags and values beyond their limits are refused",
        arguments: [
            [0], [5], [5, 2], [6], [255], [1, 64, 0, 0],
            [1, 16, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x40], [1, 32, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0],
            [2, 0], [2, 8], [1, 8, 0, 0], [1, 16, 0, 0], [1, 6, 0, 0], [4, 2],
            [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [2, 1, 1, 0, 0x70, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func malformed(_ bytes: [UInt8]) {
        #expect(throws: StreamEventCoding.Malformed.self) {
            _ = try withBytes(bytes) { _ = try StreamEventCoding.decode($0) }
        }
    }
}
