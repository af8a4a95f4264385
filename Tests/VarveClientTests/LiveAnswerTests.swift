import Foundation
import FoundationNetworking
import Testing

@testable import VarveClient

/// What a consumer is told of an answer, whatever comes before it asks.
@Suite struct LiveAnswerTests {
    /// Takes each byte for an element; zero ends the answer, one is none of the protocol.
    private struct Bytes: LiveDecoder {
        static func refusal(in answer: Answer) -> ClientError {
            ClientError(
                .refused, status: answer.head.status, code: "refused", detail: answer.body.text,
                subject: answer.head.subject)
        }

        var interruption: ClientError? {
            ClientError(.interrupted, code: "interrupted", detail: "", subject: "")
        }

        mutating func decode(
            _ bytes: Data, _ give: (UInt8, Int) -> Void
        ) throws(ClientError) -> Bool {
            for byte in bytes {
                if byte == 0 { return true }
                guard byte > 1 else {
                    throw ClientError(.invalidAnswer, code: "invalid", detail: "", subject: "")
                }
                give(byte, 10)
            }
            return false
        }
    }

    private let answer = LiveAnswer(subject: "GET /s", bufferBytesMax: 30) { _ in Bytes() }

    private func head(_ status: Int) throws -> AnswerHead {
        let url = try #require(URL(string: "http://127.0.0.1/s"))
        let response = try #require(
            HTTPURLResponse(
                url: url, statusCode: status, httpVersion: "HTTP/1.1", headerFields: [:]))
        return AnswerHead(status: status, response: response, subject: "GET /s")
    }

    /// Everything up to the end, and how it ended.
    private func all() async -> (elements: [UInt8], end: String) {
        var elements: [UInt8] = []
        while true {
            do throws(ClientError) {
                switch try await answer.next() {
                case .element(let byte): elements.append(byte)
                case .ended: return (elements, "ended")
                case .overflowed: return (elements, "overflowed")
                }
            } catch {
                return (elements, error.code)
            }
        }
    }

    @Test func `elements before the end come before the end`() async throws {
        answer.received(try head(200))
        answer.received(Data([5, 6]))
        answer.received(Data([7, 0, 9]))
        answer.finished(nil)
        let (elements, end) = await all()
        #expect(elements == [5, 6, 7])
        #expect(end == "ended")
    }

    @Test func `elements before bytes that are no answer come before the error`() async throws {
        answer.received(try head(200))
        answer.received(Data([5, 6, 1, 7]))
        answer.received(Data([8]))
        answer.finished(nil)
        let (elements, end) = await all()
        #expect(elements == [5, 6])
        #expect(end == "invalid")
    }

    @Test func `a consumer that is too slow gets what was kept, and is told`() async throws {
        answer.received(try head(200))
        for byte in UInt8(2)...9 { answer.received(Data([byte])) }
        answer.finished(nil)
        let (elements, end) = await all()
        #expect(elements == [2, 3, 4, 5])
        #expect(end == "overflowed")
    }

    @Test func `an end that the answer did not announce is an interruption`() async throws {
        answer.received(try head(200))
        answer.received(Data([5]))
        answer.finished(nil)
        let (elements, end) = await all()
        #expect(elements == [5])
        #expect(end == "interrupted")
    }

    @Test func `the body of an error says why`() async throws {
        answer.received(try head(404))
        answer.received(Data("not ".utf8))
        answer.received(Data("here".utf8))
        answer.finished(nil)
        await #expect { try await answer.next() } throws: { error in
            (error as? ClientError)?.status == 404 && (error as? ClientError)?.detail == "not here"
        }
    }

    @Test func `an answer that never began is an interruption`() async throws {
        answer.finished(nil)
        #expect(await all().end == "no-answer")
    }

    @Test func `a consumer that waits is told of what comes`() async throws {
        async let read = all()
        answer.received(try head(200))
        for byte in UInt8(2)...9 { answer.received(Data([byte, byte])) }
        answer.received(Data([0]))
        let (elements, end) = await read
        #expect(Array(elements.prefix(2)) == [2, 2])
        #expect(end == "ended" || end == "overflowed")
    }
}
