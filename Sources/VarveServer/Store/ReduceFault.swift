/// Why parameters are none.
struct ReduceFault: Error {
    /// What is wrong.
    let detail: String

    /// A fault.
    init(_ detail: String) {
        self.detail = detail
    }
}
