/// What an idempotent producer says with an append.
struct ProducerRequest: Equatable {
    var id: String
    var epoch: UInt64
    var sequence: UInt64
}
