import ServerProcess
import Testing
import VarveConnect

@testable import VarveServer

/// What a refusal looks like to a client that is strict about it.
@Suite("Refusals of the store")
struct StoreRefusalTests {
    private typealias Path = StoreCaller.Path

    @Test("A stream that is refused for its headers ends in the type that it was asked in")
    func aRefusedStreamEndsInItsType() throws {
        let server = try StoreServer()
        let caller = try server.caller()
        for type in ["application/connect+json", "application/connect+proto"] {
            for header in [
                ("Connect-Protocol-Version", "2"), ("Connect-Timeout-Ms", "soon"),
                ("Connect-Content-Encoding", "br"),
            ] {
                let response = try caller.post(
                    Path.range, [0, 0, 0, 0, 0], headers: [header], type: type)
                #expect(response.status == 200)
                #expect(response.headers["content-type"] == type)
                #expect(response.body.first == 2)
            }
        }
    }

    @Test("Wrong parameters of a reduction name their field, whoever finds the fault")
    func wrongParametersNameTheirField() throws {
        let server = try StoreServer()
        for params in [
            "{}", #"{"reducers":[{"op":"COUNT_FIELD"}]}"#, #"{"reducers":[{"op":9}]}"#,
            #"{"reducers":[{"expr":{"literal":{"int64Value":"1"}}}]}"#,
        ] {
            let error = try refusal(server, Path.reduce, "{\"params\":\(params)}")
            #expect(error.detail(ErrorInfo.self)?.reason == "INVALID_REDUCE_PARAMS")
            #expect(error.detail(BadRequest.self)?.violations.map(\.field) == ["params"])
        }
    }

    @Test("A wrong policy names its field, whoever finds the fault")
    func aWrongPolicyNamesItsField() throws {
        let server = try StoreServer()
        for (policies, field) in [
            ("", "policies"), ("{}", "policies[0].keys"),
            (#"{"keys":{"selector":{}}}"#, "policies[0].retain"),
            (
                #"{"keys":{"selector":{"payloadRegex":"("}},"retain":{"dropAll":{}}}"#,
                "policies[0].keys.selector.payload_regex"
            ),
            (
                #"{"keys":{"selector":{},"orderBy":{"captureGroup":"o"}},"retain":{"dropAll":{}}}"#,
                "policies[0].keys.order_by.capture_group"
            ),
            (
                #"{"keys":{"orderBy":{"encoding":7}}}"#,
                "policies[0].keys.order_by.encoding"
            ),
            (
                #"{"keys":{"selector":{}},"retain":{"keepLatest":{}}}"#,
                "policies[0].retain.keep_latest.count"
            ),
        ] {
            let error = try refusal(server, Path.prune, "{\"policies\":[\(policies)]}")
            #expect(error.detail(ErrorInfo.self)?.reason == "INVALID_POLICY")
            #expect(error.detail(BadRequest.self)?.violations.map(\.field) == [field])
        }
    }

    @Test("There is no batch 0, and none is to come")
    func thereIsNoBatchZero() throws {
        let error = try refusal(try StoreServer(), Path.batch, "{}", status: 404)
        #expect(error.detail(ErrorInfo.self)?.reason == "BATCH_NOT_FOUND")
        #expect(error.message == "there is no batch 0: batches are counted from 1")
    }

    private func refusal(
        _ server: StoreServer, _ path: String, _ json: String, status: Int = 400
    ) throws -> ConnectError {
        let response = try server.caller(.json).post(path, Array(json.utf8))
        #expect(response.status == status)
        return try #require(response.body.withUnsafeBytes { ConnectError(json: $0) })
    }
}
