/// What a run does before it measures, or after: a certain number of requests.
protocol Preparation: Workload {
    /// Whether every answer has come.
    var isDone: Bool { get }
    /// How many answers have come.
    var progress: UInt64 { get }
}
