import Testing
import VarveConnect

@Suite("Messages in JSON")
struct JSONTests {
    @Test("Numbers of 64 bits are strings, bytes are base64, names are camel case")
    func theJSONIsProtobufs() throws {
        let request = RangeRequest(
            start: [0xfb, 0xff], limit: 3, batchSize: 2, mode: RangeRequest.Mode.reverse,
            minSequence: .max)
        let text = try MessageFormat.json.encode(request).text
        #expect(
            text == #"{"start":"+/8=","limit":3,"batchSize":2,"mode":"TRAVERSAL_MODE_REVERSE","#
                + #""minSequenceNumber":"18446744073709551615"}"#)
    }

    @Test(
        "What the standard lets clients write is read",
        arguments: [
            #"{"key":"+/8=","minSequenceNumber":"5"}"#, #"{"key":"-_8","min_sequence_number":5}"#,
            #"{"key":"+/8","minSequenceNumber":5.0}"#, #"{"minSequenceNumber":5e0,"key":"-_8="}"#,
            #" { "key" : "+/8=" , "new":[{"a":[null,1.5e-3,"x"]},true], "minSequenceNumber":5 } "#,
            #"{"k\u0065y":"\u002b/8=","minSequenceNumber":"50e-1"}"#,
        ])
    func clientsMayWrite(json: String) throws {
        let expected = GetRequest(key: [0xfb, 0xff], minSequence: 5)
        #expect(try MessageFormat.json.decode(GetRequest.self, json) == expected)
    }

    @Test("Null means absent")
    func nullMeansAbsent() throws {
        let read = try MessageFormat.json.decode(
            GetRequest.self, #"{"key":null,"minSequenceNumber":null}"#)
        #expect(read == GetRequest(key: []))
    }

    @Test("Enumerations are read by name, by short name and by number")
    func enumerationsAreReadByNameOrNumber() throws {
        for mode in ["\"TRAVERSAL_MODE_REVERSE\"", "\"REVERSE\"", "1"] {
            let read = try MessageFormat.json.decode(RangeRequest.self, #"{"mode":\#(mode)}"#)
            #expect(read.mode == RangeRequest.Mode.reverse)
        }
        #expect(try MessageFormat.json.decode(RangeRequest.self, #"{"mode":7}"#).mode == 7)
        #expect(throws: MessageFault.self) {
            try MessageFormat.json.decode(RangeRequest.self, #"{"mode":"SIDEWAYS"}"#)
        }
    }

    @Test(
        "What is no JSON of the message is refused",
        arguments: [
            "", "null", "[]", "1", "{", #"{"key"}"#, #"{"key":}"#, #"{"key":"a"}"#,
            #"{"key":"====" }"#, #"{"key":"YQ"} x"#, #"{"key":"YQ","key":"YQ"}"#,
            #"{"minSequenceNumber":1,"min_sequence_number":1}"#, #"{"minSequenceNumber":-1}"#,
            #"{"minSequenceNumber":1.5}"#, #"{"minSequenceNumber":"18446744073709551616"}"#,
            #"{"minSequenceNumber":" 1"}"#, #"{"minSequenceNumber":""}"#,
            #"{"minSequenceNumber":01}"#, #"{"key":"YQ",}"#, "{\"key\":\"\u{1}\"}",
            #"{"key":"\x"}"#, #"{"k\ud800y":1}"#, #"{"\uZZZZ":1}"#, #"{"a":tru}"#, #"{"key":["#,
            #"{"minSequenceNumber":true}"#, #"{"key":{}}"#,
        ])
    func whatIsNoJSONIsRefused(json: String) {
        #expect(throws: MessageFault.self) { try MessageFormat.json.decode(GetRequest.self, json) }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: MessageFault.self) {
            try MessageFormat.json.decode(GetRequest.self, Array(hex: "7b 22 ff 22 3a 31 7d"))
        }
    }

    @Test("Only one field of a oneof may be given")
    func onlyOneFieldOfAOneof() {
        #expect(throws: MessageFault.self) {
            try MessageFormat.json.decode(
                SetRetentionRequest.self,
                #"{"policy":{"dropAll":{},"keepLatest":{"count":"1"}}}"#)
        }
    }

    @Test("Values nested too deep are refused")
    func valuesNestedTooDeepAreRefused() {
        let deep = String(repeating: "[", count: 1000)
        #expect(throws: MessageFault.self) {
            try MessageFormat.json.decode(GetRequest.self, #"{"x":\#(deep)"#)
        }
        let expression = String(repeating: #"{"lower":"#, count: 200)
        #expect(throws: MessageFault.self) {
            try MessageFormat.through(
                #"{"params":{"groupBy":[\#(expression)"#, .reduceRequest)
        }
    }

    @Test(
        "The well-known types have their own JSON",
        arguments: [
            #"{"sequenceNumber":"1","extra":{"a":null,"b":1.5,"c":"x","d":[true,{"e":[]}]}}"#,
            #"{"extra":{"f":{}}}"#,
            #"{"extra":{"":-0.25,"ä":"\"\\\n"}}"#,
        ])
    func wellKnownTypesHaveTheirOwnJSON(json: String) throws {
        #expect(try MessageFormat.through(json, .queryDetail) == json)
    }

    @Test(
        "Durations are seconds with a fraction",
        arguments: [
            ("1s", "1s"), ("-0.5s", "-0.5s"), ("1.000000001s", "1.000000001s"), ("2.50s", "2.5s"),
        ])
    func durationsAreSeconds(given: String, written: String) throws {
        let json = try MessageFormat.through(#"{"retryDelay":"\#(given)"}"#, .retryInfo)
        #expect(json == #"{"retryDelay":"\#(written)"}"#)
    }

    @Test(
        "Durations that are none are refused", arguments: ["1", "s", "1.s", "1.0000000001s", "x"])
    func durationsThatAreNoneAreRefused(given: String) {
        #expect(throws: MessageFault.self) {
            try MessageFormat.through(#"{"retryDelay":"\#(given)"}"#, .retryInfo)
        }
    }

    @Test("Every part of a reduction goes through both encodings")
    func aReductionGoesThroughBothEncodings() throws {
        let field = #"{"key":{"byteOffset":3,"kind":"KV_FIELD_KIND_UTF8","fixedSizeBinaryLen":2}}"#
        let order = #"{"zOrderKey":{"bitOffset":1,"fieldPosition":1,"fieldWidths":[8,300]}}"#
        let value = #"{"value":{"index":1,"kind":"KV_FIELD_KIND_FLOAT64","nullable":true}}"#
        let literal = #"{"literal":{"float64Value":"-Infinity"}}"#
        let json =
            #"{"start":"YQ==","params":{"reducers":[{},{"op":"RANGE_REDUCE_OP_SUM_FIELD","#
            + #""expr":{"add":{"left":{"field":\#(field)},"right":\#(literal)}}}],"#
            + #""groupBy":[{"lower":{"field":\#(order)}},{"dateTruncDay":{"field":\#(value)}}],"#
            + #""filter":{"checks":[{"field":\#(value),"constraint":{"floatRange":{"min":"#
            + #"{"value":0.5,"inclusive":true}}}},{"constraint":{"uint64In":{"values":["#
            + #""18446744073709551615"]}}},{"constraint":{"isNull":false}},"#
            + #"{"constraint":{"intRange":{"min":"-9223372036854775808","max":"0"}}},"#
            + #"{"constraint":{"stringIn":{"values":["","é"]}}}],"contradiction":true}}}"#
        #expect(try MessageFormat.through(json, .reduceRequest) == json)
        let response =
            #"{"results":[{},{"value":{"int64Value":"0"}}],"groups":[{"groupValues":[{}],"#
            + #""groupValuesPresent":[false,true],"results":[{"value":{"float64Value":"NaN"}}]}]}"#
        #expect(try MessageFormat.through(response, .reduceResponse) == response)
    }
}
