/// The value of a key as a row of columns: what reductions read.
///
/// Encoding: the number of columns as a varint; for each column one byte, 0 for NULL or 1, and for
/// the latter a `StoredValue`. What follows the last column is not looked at.
public struct StoredRow: Equatable, Sendable {
    /// The deepest nesting of lists that is read.
    public static let listDepthMax = 64

    /// The columns; nil for NULL.
    public var columns: [StoredValue?]

    /// A row with these columns.
    public init(_ columns: [StoredValue?] = []) {
        self.columns = columns
    }

    /// The row that `bytes` encode; nil when they are no row.
    public init?(decoding bytes: [UInt8]) {
        let columns = bytes.withUnsafeBytes { bytes -> [StoredValue?]? in
            var reader = RowReader(bytes)
            return try? reader.readRow()
        }
        guard let columns else { return nil }
        self.columns = columns
    }

    /// The encoding of the row.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        StoredValue.append(count: columns.count, to: &bytes)
        for column in columns {
            bytes.append(column == nil ? 0 : 1)
            column?.encode(to: &bytes)
        }
        return bytes
    }
}
