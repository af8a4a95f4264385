/// A time to wait as people read it.
enum WaitText {
    /// In milliseconds, or in seconds with one digit behind the point.
    static func text(_ wait: Duration) -> String {
        if wait < .seconds(1) { return "\(Int(wait / Duration.milliseconds(1))) ms" }
        let tenths = wait / Duration.milliseconds(100)
        return "\(Int(tenths) / 10).\(Int(tenths) % 10) s"
    }
}
