/// The cases of one part of the protocol.
package struct Topic: Sendable {
    /// The part's name.
    package let name: String
    /// The smallest profile that the cases belong to.
    package let profile: Profile
    /// The cases, in the order they are run.
    package let cases: [ConformanceCase]

    /// Every topic there is.
    package static let all = [
        Topic(name: "create", profile: .core, cases: CreateCases.all),
        Topic(name: "append", profile: .core, cases: AppendCases.all),
        Topic(name: "producers", profile: .core, cases: ProducerCases.all),
        Topic(name: "close", profile: .core, cases: CloseCases.all),
        Topic(name: "read", profile: .core, cases: ReadCases.all),
        Topic(name: "long-poll", profile: .core, cases: LongPollCases.all),
        Topic(name: "event stream", profile: .core, cases: EventStreamCases.all),
        Topic(name: "delete", profile: .core, cases: DeleteCases.all),
        Topic(
            name: "forks", profile: .core,
            cases: ForkCases.all + ForkRequestCases.all + ForkDeletionCases.all),
        Topic(name: "expiry", profile: .core, cases: ExpiryCases.all),
        Topic(name: "JSON", profile: .core, cases: JSONCases.all),
        Topic(name: "browsers", profile: .varve, cases: BrowserCases.all),
        Topic(name: "errors", profile: .varve, cases: ErrorCases.all),
        Topic(name: "strictness", profile: .varve, cases: StrictnessCases.all),
        Topic(name: "proof", profile: .varve, cases: ProofCases.all),
        Topic(name: "trim", profile: .varve, cases: TrimCases.all),
        Topic(name: "retention", profile: .varve, cases: RetentionCases.all),
        Topic(name: "redaction", profile: .varve, cases: RedactionCases.all),
        Topic(name: "compression", profile: .varve, cases: CompressionCases.all),
        Topic(name: "operations", profile: .varve, cases: OperationCases.all),
    ]
}
