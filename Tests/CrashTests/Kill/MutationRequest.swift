import ServerProcess

/// A mutation as the request that asks for it.
struct MutationRequest {
    let method: String
    let path: String
    let headers: [(String, String)]
    let body: [UInt8]?

    /// The status that acknowledges the mutation the first time.
    let expectedStatus: Int

    /// Method and path, for messages.
    var line: String { "\(method) \(path)" }

    func send(over connection: RawConnection) throws {
        try connection.send(method, path, headers: headers, body: body)
    }
}

extension StreamModel {
    /// The request for `operation` on this stream.
    func request(_ operation: Operation) -> MutationRequest {
        let path = "/v1/stream/\(name)"
        let type = ("Content-Type", isJSON ? "application/json" : "application/octet-stream")
        let closing = ("Stream-Closed", "true")
        switch operation {
        case .create(let json, let records, let closed):
            let created = ("Content-Type", json ? "application/json" : "application/octet-stream")
            return MutationRequest(
                method: "PUT", path: path, headers: closed ? [created, closing] : [created],
                body: Self.body(records, json: json), expectedStatus: 201)
        case .append(let records, let sequence):
            let numbered: [(String, String)] =
                sequence.map {
                    [("Producer-Id", producer), ("Producer-Epoch", "0"), ("Producer-Seq", "\($0)")]
                } ?? []
            return MutationRequest(
                method: "POST", path: path, headers: [type] + numbered,
                body: Self.body(records, json: isJSON), expectedStatus: sequence == nil ? 204 : 200)
        case .close(let records):
            return MutationRequest(
                method: "POST", path: path, headers: [type, closing],
                body: Self.body(records, json: isJSON), expectedStatus: 204)
        case .delete:
            return MutationRequest(
                method: "DELETE", path: path, headers: [], body: nil, expectedStatus: 204)
        }
    }

    /// One record as it is, several as a JSON array.
    private static func body(_ records: [Record], json: Bool) -> [UInt8] {
        guard json else { return records.first?.binary ?? [] }
        guard records.count != 1 else { return records[0].json }
        guard !records.isEmpty else { return [] }
        return [UInt8(ascii: "[")] + records.map(\.json).joined(separator: [UInt8(ascii: ",")])
            + [UInt8(ascii: "]")]
    }
}
