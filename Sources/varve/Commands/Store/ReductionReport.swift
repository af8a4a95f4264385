import VarveBytes
import VarveClient

/// The result of a reduction as it is printed.
struct ReductionReport: Encodable {
    /// A group.
    struct Group: Encodable {
        let key: [Value]
        let values: [Value]
    }

    /// A value: numbers are numbers, bytes are hexadecimal digits, decimals too.
    enum Value: Encodable {
        case null
        case signed(Int64)
        case unsigned(UInt64)
        case float(Double)
        case boolean(Bool)
        case text(String)

        init(_ value: ReductionValue?) {
            switch value {
            case nil: self = .null
            case .int64(let value), .date64(let value), .timestamp(let value):
                self = .signed(value)
            case .date32(let value): self = .signed(Int64(value))
            case .uint64(let value): self = .unsigned(value)
            case .float64(let value):
                self = value.isFinite ? .float(value) : .text("\(value)")
            case .boolean(let value): self = .boolean(value)
            case .utf8(let value): self = .text(value)
            case .binary(let bytes), .decimal128(let bytes), .decimal256(let bytes):
                self = .text(bytes.withUnsafeBytes { Hex.string($0) })
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .signed(let value): try container.encode(value)
            case .unsigned(let value): try container.encode(value)
            case .float(let value): try container.encode(value)
            case .boolean(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }

        /// The value in a table.
        var cell: String {
            switch self {
            case .null: "-"
            case .signed(let value): "\(value)"
            case .unsigned(let value): "\(value)"
            case .float(let value): "\(value)"
            case .boolean(let value): "\(value)"
            case .text(let value): value
            }
        }
    }

    let values: [Value]?
    let groups: [Group]?
    let sequence: UInt64

    init(_ result: ReductionResult) {
        values = result.values.isEmpty ? nil : result.values.map { Value($0) }
        groups =
            result.values.isEmpty
            ? result.groups.map { group in
                Group(
                    key: group.key.map { Value($0) }, values: group.values.map { Value($0) })
            } : nil
        sequence = result.sequence
    }

    /// A table: one row for each group below the titles, or one for each reducer beside them. One
    /// number alone is printed without a title.
    static func lines(_ result: ReductionResult, _ titles: [String]) -> [String] {
        let report = ReductionReport(result)
        if let values = report.values {
            guard values.count > 1 else { return values.map(\.cell) }
            return TextTable.lines(
                values.enumerated().map { index, value in
                    [index < titles.count ? titles[index] : "\(index)", value.cell]
                })
        }
        let rows = (report.groups ?? []).map { ($0.key + $0.values).map(\.cell) }
        return TextTable.lines((titles.isEmpty ? [] : [titles.map { $0.uppercased() }]) + rows)
    }
}
