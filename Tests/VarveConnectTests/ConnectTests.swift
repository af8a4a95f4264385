import Testing
import VarveConnect

@Suite("The Connect protocol")
struct ConnectTests {
    @Test("Every detail of an error comes twice, without padding")
    func everyDetailComesTwice() throws {
        let detail = try ErrorDetail(ErrorInfo(reason: "R", domain: "d"))
        let error = ConnectError(.aborted, "say \"no\"", details: [detail])
        #expect(
            error.json.text == #"{"code":"aborted","message":"say \"no\"","details":["#
                + #"{"type":"google.rpc.ErrorInfo","value":"CgFSEgFk"},"#
                + #"{"type":"type.googleapis.com/google.rpc.ErrorInfo","value":"CgFSEgFk"}]}"#)
    }

    @Test("An error that is written is read, its details once")
    func anErrorThatIsWrittenIsRead() throws {
        let info = ErrorInfo(reason: "R", domain: "dd", metadata: ["a": "b"])
        let error = ConnectError(
            .outOfRange, "é",
            details: [try ErrorDetail(info), try ErrorDetail(RetryInfo(delaySeconds: 1))])
        let read = error.json.withUnsafeBytes { ConnectError(json: $0) }
        #expect(read == error)
        #expect(read?.detail(ErrorInfo.self) == info)
        #expect(read?.detail(RetryInfo.self) == RetryInfo(delaySeconds: 1))
        #expect(read?.detail(BadRequest.self) == nil)
        for ending in [nil, error] {
            let bytes = ConnectError.endOfStream(ending)
            #expect(try bytes.withUnsafeBytes { try ConnectError.readEndOfStream($0) } == ending)
        }
        #expect(ConnectError.endOfStream(nil).text == "{}")
    }

    @Test("An unknown code is unknown, and what is no error is none")
    func unknownCodes() {
        func read(_ text: String) -> ConnectError? {
            Array(text.utf8).withUnsafeBytes { ConnectError(json: $0) }
        }
        #expect(read(#"{"code":"new","extra":1}"#)?.code == .unknown)
        #expect(read("<html>") == nil)
        #expect(
            read(#"{"details":[1,{"type":"x","value":"!"},{"type":"x","value":"YQ"}]}"#)?.details
                .count == 1)
    }

    @Test(
        "Content types are read without case and with parameters",
        arguments: [
            ("application/proto", "application/proto"),
            ("Application/JSON; charset=UTF-8", "application/json"),
            ("application/connect+json;x=y", "application/connect+json"),
            ("application/connect+proto", "application/connect+proto"),
        ])
    func contentTypesAreRead(given: String, name: String) {
        let read = Array(given.utf8).withUnsafeBytes { ConnectContentType($0) }
        #expect(read?.name == name)
    }

    @Test(
        "Other content types are none",
        arguments: [
            "", "text/plain", "application/grpc", "application/json; charset=latin1",
            "application/connect+xml",
        ])
    func otherContentTypesAreNone(given: String) {
        #expect(Array(given.utf8).withUnsafeBytes { ConnectContentType($0) } == nil)
    }

    @Test("A timeout is one to ten digits")
    func aTimeoutIsDigits() {
        func read(_ text: String) -> UInt64? {
            Array(text.utf8).withUnsafeBytes { ConnectTimeout.milliseconds($0) }
        }
        #expect(read("0") == 0)
        #expect(read("9999999999") == 9_999_999_999)
        for text in ["", "-1", "1.5", "10000000000", "1s", " 1"] { #expect(read(text) == nil) }
    }

    @Test("Codes have the statuses of the protocol")
    func codesHaveTheirStatuses() {
        #expect(ConnectCode.allCases.count == 16)
        #expect(ConnectCode.invalidArgument.httpStatus == 400)
        #expect(ConnectCode.aborted.httpStatus == 409)
        #expect(ConnectCode.deadlineExceeded.httpStatus == 504)
        #expect(ConnectCode.resourceExhausted.httpStatus == 429)
        #expect(ConnectCode(rawValue: "out_of_range") == .outOfRange)
    }

    @Test("Envelopes come out however their bytes are split", arguments: 1...9)
    func envelopesComeOut(piece: Int) throws {
        let sent = [
            Envelope(flags: 0, payload: []), Envelope(flags: 1, payload: Array("hello")),
            Envelope(flags: 2, payload: Array("{}")),
        ]
        var bytes = sent.flatMap(\.bytes)[...]
        #expect(Array(bytes.prefix(10)) == Array(hex: "00 00 00 00 00 01 00 00 00 05"))
        var decoder = EnvelopeDecoder(messageBytesMax: 5)
        var read: [Envelope] = []
        while !bytes.isEmpty {
            bytes.prefix(piece).withUnsafeBytes { decoder.append($0) }
            bytes = bytes.dropFirst(piece)
            while let envelope = try decoder.next() { read.append(envelope) }
        }
        #expect(read == sent)
        #expect(decoder.isAtBoundary)
        #expect(read[1].isCompressed && !read[1].endsStream && read[2].endsStream)
    }

    @Test("An envelope over the limit is refused by its head, as are unknown flags")
    func anEnvelopeOverTheLimitIsRefused() {
        for (hex, fault) in [
            ("00 ff ff ff ff", EnvelopeFault.tooLong(bytes: 0xffff_ffff, limit: 16)),
            ("04 00 00 00 01", EnvelopeFault.unknownFlags(4)),
        ] {
            var decoder = EnvelopeDecoder(messageBytesMax: 16)
            Array<UInt8>(hex: hex).withUnsafeBytes { decoder.append($0) }
            #expect(throws: fault) { try decoder.next() }
        }
    }
}
