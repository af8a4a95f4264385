// What a case expects. A failed expectation is noted and the case goes on, so that one run tells
// as much as it can.

extension Session {
    /// Expects `found` to be `expected`.
    func expect<Value: Equatable>(
        _ found: Value, equals expected: Value, _ about: String = "", file: String = #fileID,
        line: Int = #line
    ) {
        guard found != expected else { return }
        let subject = about.isEmpty ? "" : "\(about): "
        let texts = (Self.brief(expected), Self.brief(found))
        fail("\(subject)expected \(texts.0), found \(texts.1)", file: file, line: line)
    }

    /// Expects the answer to be a problem document with a code; the codes are Varve's own.
    func expect(
        _ reply: Reply, isProblem code: String, _ about: String = "", file: String = #fileID,
        line: Int = #line
    ) {
        guard expectsProblemCodes else { return }
        expect(reply.problemCode, equals: code, about, file: file, line: line)
    }

    /// Expects a condition to hold; the place of the expectation tells which.
    func expect(
        _ condition: Bool, _ about: String = "", file: String = #fileID, line: Int = #line
    ) {
        guard !condition else { return }
        let subject = about.isEmpty ? "" : "\(about): "
        fail("\(subject)the condition does not hold", file: file, line: line)
    }

    /// As much of a value as helps to understand a failure.
    private static func brief(_ value: some Any) -> String {
        let text = String(reflecting: value)
        return text.utf8.count <= 300 ? text : "\(text.prefix(300))…"
    }
}
