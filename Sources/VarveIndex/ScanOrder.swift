/// In which direction a range is gone through.
public enum ScanOrder: Sendable {
    /// From the lowest key upwards.
    case ascending
    /// From the highest key downwards.
    case descending
}
